"""The evaluation set: conversations with two small nations that a seed draws, judged on what was said, what
was asked first, and what the nations are afterwards. `make eval` runs it on the configured model.

Before a model is measured the measure is: agents that are too lazy to do the work must fail (`lazy`), and a
script that does each task right must pass (`right`). The rule-based stand-in for Claude shows that the
harness works, and nothing about any model.
"""
