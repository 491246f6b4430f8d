"""The embedded AWS: MiniStack on loopback, with what Nat's policies need and it lacks."""
