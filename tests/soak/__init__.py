"""The long forms of suites whose short forms are in `make test`; `make soak` runs them."""
