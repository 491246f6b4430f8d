"""The embedded AWS: MiniStack, with the one condition key that nation isolation needs and MiniStack lacks."""
