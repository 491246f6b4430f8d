"""Deployable units: each composes constructs and wires grants."""

from nat_constructs import node

__all__ = ["node"]
