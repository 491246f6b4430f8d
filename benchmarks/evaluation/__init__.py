"""The evaluation set: tasks in people's words, each checked on what the nation is afterwards and on what was
asked first. `make eval` runs it on the configured model.

The rule-based stand-in for Claude shows that the harness works, and nothing about any model.
"""
