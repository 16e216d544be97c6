"""How long programs wait, and what a line of the audit log costs."""
