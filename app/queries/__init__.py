"""Reads. `get_` returns one or raises NotFound, `find_` one or None, `list_` many, `count_` a number."""
