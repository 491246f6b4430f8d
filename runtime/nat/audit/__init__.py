"""What was done to a nation and by whom: an append-only, hash-chained log per nation."""
