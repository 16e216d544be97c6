"""Lists in parts: so many entries, and a mark from which to go on.

The mark names a place in a list that does not change under the reader (a release, a tree of a day), so that no entry
is left out or met twice. A mark of another list is not found.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from app.queries.errors import NotFound

LIMIT, MOST = 100, 1000

Entry = TypeVar("Entry", bound=BaseModel)
Kept = TypeVar("Kept")


class Parts(BaseModel):
    """How a list is to be divided."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: int = Field(LIMIT, ge=1, le=MOST, description="How many entries at most.")
    cursor: str | None = Field(
        None, min_length=1, max_length=200, description="Where to go on: `next` of the part before."
    )


class Part(BaseModel, Generic[Entry]):
    """A part of a list, in an order that stays."""

    # Pydantic forgets the docstring of a model with a parameter.
    model_config = ConfigDict(json_schema_extra={"description": "A part of a list, in an order that stays."})

    items: list[Entry]
    next: str | None = Field(description="Give it as `cursor` for the next part; null: this was the last.")


def cut(found: Sequence[Kept], parts: Parts, mark: str) -> tuple[Sequence[Kept], str | None]:
    """The entries asked for, and the mark of the next ones. `mark` says which list it is, query and all."""
    begin = place_of(parts.cursor, mark)
    end = begin + parts.limit
    return found[begin:end], cursor(end, mark) if end < len(found) else None


def cut_stream(found: Iterable[Kept], parts: Parts, mark: str) -> tuple[list[Kept], str | None]:
    """The same of a list that is only made as far as it is read."""
    begin = place_of(parts.cursor, mark)
    kept = list(islice(found, begin, begin + parts.limit + 1))
    return kept[: parts.limit], cursor(begin + parts.limit, mark) if len(kept) > parts.limit else None


def cursor(place: int, mark: str) -> str:
    """The mark of a place in a list."""
    return base64.urlsafe_b64encode(f"{place}:{mark}".encode()).decode().rstrip("=")


def place_of(given: str | None, mark: str) -> int:
    """The place that a mark names; NotFound where it is of another list."""
    if given is None:
        return 0
    try:
        text = base64.b64decode(given + "=" * (-len(given) % 4), b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise NotFound("place in this list", given) from None
    place, _colon, named = text.partition(":")
    if named != mark or not (place.isascii() and place.isdecimal()) or len(place) > 9:
        raise NotFound("place in this list", given)
    return int(place)
