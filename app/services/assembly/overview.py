"""A results document read back into labelled rows, for pages that show it long after it was made."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any

from app.scorecards import Placed, Row
from surveys.instrument import Index, Instrument

from .labels import text_in
from .measures import Measured
from .records import Record
from .rows import by_address, rows


def index_labels(instrument: Instrument, language: str) -> tuple[tuple[str, str], ...]:
    """Code and title of every index."""
    return tuple((index.code, text_in(index.title, language)) for index in instrument.indices)


def index_rows(
    document: Mapping[str, Any], instrument: Instrument, language: str, names: Mapping[str, str], whole: str
) -> tuple[Row, ...]:
    """The rows of the indices, the whole first, then every domain; `names` labels domains by code."""
    wanted = [
        record(estimate, names, document["options"]["threshold"])
        for estimate in document["estimates"]
        if estimate["kind"] == "index"
    ]
    return rows(wanted, by_address(_indices(instrument)), language, whole)


def index_ranks(
    document: Mapping[str, Any], instrument: Instrument, level: Callable[[str], Hashable]
) -> dict[tuple[str, str], Placed]:
    """The rank of every ranked domain by (index, domain); empty where a document has none.

    `level` tells who is ranked together: domains of the same level.
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


def record(estimate: Mapping[str, Any], names: Mapping[str, str], threshold: int) -> Record:
    """An estimate of a results document as a record; its reasons are made of its flags again."""
    fields = {key: value for key, value in estimate.items() if key != "flag_reason"}
    domain = estimate["domain"]
    fields["label"] = names.get(domain, estimate["label"]) if domain else estimate["label"]
    return Record(**fields, reason=tuple(_reasons(estimate["flag"], threshold)))


def _reasons(flag: str | None, threshold: int) -> Iterable[tuple[str, str]]:
    about = {
        "suppressed": ("hidden", str(threshold)),
        "undefined": ("no_answer", ""),
        "small": ("small", "30"),
        "indicative": ("volunteer", ""),
        "not_estimable": ("one_psu", ""),
        "no_variation": ("constant", ""),
    }
    return (about[word] for word in (flag or "").split())


def _indices(instrument: Instrument) -> Iterable[Measured]:
    for _, path, node in instrument.walk():
        if isinstance(node, Index):
            measure = "respondent_mean" if node.aggregate == "respondent_mean" else node.score
            yield Measured(path, "index", measure, tree=node)
