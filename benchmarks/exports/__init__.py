"""How long exports take, and how much memory they need."""
