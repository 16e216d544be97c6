"""Keys for programs: how they are made, kept and ended, and the page on which their owners do it."""
