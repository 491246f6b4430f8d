"""Nat on one machine: the embedded AWS and stand-ins for the vendors."""
