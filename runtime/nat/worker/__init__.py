"""The worker process: takes turns from the queue and runs them until it is told to end."""
