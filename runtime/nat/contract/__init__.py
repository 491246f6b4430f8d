"""What is spoken with clients."""
