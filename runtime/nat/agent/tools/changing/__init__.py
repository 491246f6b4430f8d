"""The tools that change something: each plans a `nat.changes.plan.Change` and writes nothing itself."""
