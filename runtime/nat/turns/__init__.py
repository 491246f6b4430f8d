"""One turn from request to stored answer: admit, run, publish, settle."""
