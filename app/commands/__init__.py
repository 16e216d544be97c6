"""The commands of `hailong`, one module each. Heavy imports stand inside: --help must be quick."""
