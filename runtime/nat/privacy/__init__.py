"""What Nat holds on a person or a nation: given to them as files, or deleted for good."""
