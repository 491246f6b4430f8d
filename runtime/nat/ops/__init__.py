"""The operator's commands: `nat ops …`. They act with the operator's own AWS credentials."""
