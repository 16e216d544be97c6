"""Guard tests: the walls of the house stand."""
