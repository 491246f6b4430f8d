"""Slack: what comes from there, and what is done about it. Bolt is loaded by the function that works."""
