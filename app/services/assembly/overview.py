"""A results document read back into labelled rows, for pages that show it long after it was made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from app.scorecards import Row
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
