"""People: who they are, which nations they belong to, and in which role."""
