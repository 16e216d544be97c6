"""What an address asks for, read from its query."""

from __future__ import annotations

from collections.abc import Mapping

from app.queries.errors import NotFound
from app.services.overview import Wanted

KEPT = ("index", "branch", "name", "flagged", "side", "bound", "kind", "sort")


def wanted_of(query: Mapping[str, str]) -> Wanted:
    """The conditions of a level; NotFound for a page or an order that there is not.

    A bound that is no number is none: nobody is left out by a slip of the finger, and the field shows what was typed.
    """
    return Wanted(
        index=query.get("index"),
        branch=query.get("branch"),
        name=query.get("name", "").strip()[:100],
        flagged=query.get("flagged") == "1",
        side=query.get("side", ""),
        bound=bound_of(query.get("bound", "")),
        kind=query.get("kind", ""),
        sort=query.get("sort") or "tree",
        page=1 if (page := number_of(query.get("page"), "page")) is None else page,
    )


def bound_of(typed: str) -> float | None:
    """A level between 0 and 100, with a comma or a point; None for anything else."""
    try:
        found = float(typed.strip().replace(",", "."))
    except ValueError:
        return None
    return found if 0 <= found <= 100 else None


def number_of(typed: str | None, what: str) -> int | None:
    """A whole number of an address; None where there is none, NotFound for what is no number."""
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 6):
        raise NotFound(what, typed)
    return int(typed)


def kept_of(query: Mapping[str, str]) -> dict[str, str]:
    """The conditions as they were typed, to be sent again with the next page."""
    return {key: query[key] for key in KEPT if query.get(key)}
