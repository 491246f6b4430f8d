"""Automations: questions that are asked on a schedule, each due run once, and where the answers go."""
