"""Nat's runtime: everything that runs in the cloud, and the command line."""
