"""Tenants of the former platform become nations."""
