"""Conversations as stored: turns, their steps and events, and what later turns see of them."""
