"""Telling people what happened to their nation."""
