"""Nations: the record, the plan, the subscription check, usage and its limit."""
