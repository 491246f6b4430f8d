"""The tools that change something: each plans a `nat.agent.change.Change` and writes nothing itself."""
