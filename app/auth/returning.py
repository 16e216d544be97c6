"""Where a person goes after signing in: back to the page they asked for, never to another site."""

from __future__ import annotations

from urllib.parse import urlsplit


def own_path(target: str | None) -> str | None:
    """`target` if it is a path on this site, else None.

    Browsers read a backslash as a slash and pass over tabs and line ends, so an address with one of them is
    none of ours: `/\\t/elsewhere.example` would lead away.
    """
    if not target or not target.startswith("/") or "\\" in target or not target.isprintable():
        return None
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    return target if not parts.scheme and not parts.netloc and not target.startswith("//") else None
