"""Changes without a model: effect, policy, the frozen plan, its execution by journal, report, card, undo."""
