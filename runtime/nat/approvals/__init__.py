"""Changes as stored: frozen plans, their journal, and the approvals that let them happen."""
