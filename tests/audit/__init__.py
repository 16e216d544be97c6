"""The audit log: what it holds, that it holds, and who may read it."""
