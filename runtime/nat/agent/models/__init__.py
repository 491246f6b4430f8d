"""Model adapters. Importing this package loads no vendor's SDK; `claude` does when a client is made."""
