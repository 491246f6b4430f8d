"""Automations: questions that are asked on a schedule, each due run of them once, and where the answers go."""
