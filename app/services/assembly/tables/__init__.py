"""The tables of a scorecard, one module per sheet."""
