"""A results document read back into labelled rows, for pages that show it long after it was made."""

from __future__ import annotations

from collections.abc import Callable, Container, Hashable, Iterable, Mapping
from typing import Any

from app.scorecards import Placed
from surveys.instrument import Instrument

from .labels import text_in
from .measures import Measured, measured_plan
from .rows import by_address
from .states import variables


def index_labels(instrument: Instrument, language: str) -> tuple[tuple[str, str], ...]:
    """Code and title of every index."""
    return tuple((index.code, text_in(index.title, language)) for index in instrument.indices)


def measured_addresses(instrument: Instrument) -> dict[tuple[str, str], Measured]:
    """Everything that a document of this instrument can hold, by its address."""
    return by_address(measured_plan(instrument, variables(instrument)).measured)


def index_ranks(
    document: Mapping[str, Any],
    instrument: Instrument,
    level: Callable[[str], Hashable],
    domains: Container[str] | None = None,
) -> dict[tuple[str, str], Placed]:
    """The rank of every ranked domain by (index, domain); empty where a document has none.

    `level` tells who is ranked together: domains of the same level. `domains` are those that are asked for (default:
    all of them).
    """
    codes = {index.code for index in instrument.indices}
    rankings: dict[Hashable, list[Mapping[str, Any]]] = {}
    for one in document.get("ranks", ()):
        if one["node"] in codes and one["rank"] is not None:
            rankings.setdefault((one["node"], level(one["domain"])), []).append(one)
    return {
        (one["node"], one["domain"]): _placed(one, ranking)
        for ranking in rankings.values()
        for one in ranking
        if domains is None or one["domain"] in domains
    }


def _placed(one: Mapping[str, Any], ranking: Iterable[Mapping[str, Any]]) -> Placed:
    """A rank among those it was given with; a document from before the tie groups has none."""
    ranking, groups = list(ranking), one.get("tie_groups")
    tied = None
    if groups is not None:
        tied = sum(not set(groups).isdisjoint(other["tie_groups"]) for other in ranking) - 1
    return Placed(
        rank=one["rank"],
        low=one["rank_low"],
        high=one["rank_high"],
        ranked=len(ranking),
        groups=None if groups is None else tuple(groups),
        tied=tied,
    )
