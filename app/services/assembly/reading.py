"""A results document read back: its estimates as records, its answers, what it compares and ranks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from sys import intern
from typing import Any

from .reasons import reasons_in
from .records import PUBLISHED, Record
from .stems import file_stems

_ESTIMATE = frozenset((*PUBLISHED, "flag_reason"))


@dataclass(frozen=True, slots=True)
class Answers:
    """How the valid answers to one item of one domain divide: per cent by code, in the order of the options.

    `codes` and `values` follow each other; `values` and `n` are None where they may not be shown.
    """

    domain: str | None
    item: str
    n: int | None
    codes: tuple[str, ...]
    values: tuple[float, ...] | None

    @property
    def shares(self) -> dict[str, float] | None:
        """Per cent by code."""
        return None if self.values is None else dict(zip(self.codes, self.values, strict=True))


@dataclass(frozen=True, slots=True)
class ResultsRead:
    """A results document by its domains, None for the whole.

    `head` is the rest of the document. `indices` has those of the records that are of an index, by its code.
    `answers` is None in a document that has none. `stems` name the workbooks as
    when they were written.
    """

    head: Mapping[str, Any]
    records: Mapping[str | None, tuple[Record, ...]]
    indices: Mapping[str | None, Mapping[str, Record]]
    answers: Mapping[str | None, Mapping[str, Answers]] | None
    comparisons: Mapping[str, tuple[Mapping[str, Any], ...]]
    ranks: tuple[Mapping[str, Any], ...]
    stems: Mapping[str | None, str]

    @property
    def size(self) -> int:
        """How many records it holds, which is what it takes of the memory."""
        return sum(map(len, self.records.values()))


def read_results(text: str) -> ResultsRead:
    """The document of one run; ValueError for what is no JSON, KeyError for what is no results document.

    Every estimate becomes a record as soon as it is read: of every commune of a country they are hundreds of
    megabytes as dictionaries.
    """
    document = json.loads(text, object_hook=_read)
    records: dict[str | None, list[Record]] = {}
    for one in document.pop("estimates"):
        records.setdefault(one.domain, []).append(one)
    listed = document.pop("answers", None)
    answers: dict[str | None, dict[str, Answers]] = {}
    for one in listed or ():
        answers.setdefault(one.domain, {})[one.item] = one
    comparisons: dict[str, list[Mapping[str, Any]]] = {}
    for one in document.pop("comparisons", ()):
        for domain in {one["a"], one["b"]} - {None}:
            comparisons.setdefault(domain, []).append(one)
    ranks = tuple(document.pop("ranks", ()))
    stems = file_stems((found[0].by, domain) for domain, found in records.items())
    return ResultsRead(
        head=document,
        records={domain: tuple(found) for domain, found in records.items()},
        indices={
            domain: {one.node: one for one in found if one.kind == "index"}
            for domain, found in records.items()
        },
        answers=None if listed is None else answers,
        comparisons={domain: tuple(found) for domain, found in comparisons.items()},
        ranks=ranks,
        stems={domain: stem for (_by, domain), stem in stems.items()},
    )


def _read(found: dict[str, Any]) -> Any:
    if found.keys() == _ESTIMATE:
        # The same few hundred words stand in every estimate.
        for key in _WORDS:
            if found[key] is not None:
                found[key] = intern(found[key])
        told = found.pop("flag_reason")
        return Record(**found, reason=reasons_in(told) if told else ())
    if found.keys() == _ANSWERS:
        shares = found["shares"]
        domain = found["domain"]
        return Answers(
            domain=domain if domain is None else intern(domain),
            item=intern(found["item"]),
            n=found["n"],
            codes=() if shares is None else _shared(tuple(shares)),
            values=None if shares is None else tuple(shares.values()),
        )
    return found


@lru_cache(maxsize=1000)
def _shared(codes: tuple[str, ...]) -> tuple[str, ...]:
    """The same tuple for the same codes: thousands of agencies answer by one scale."""
    return codes


_ANSWERS = frozenset(("by", "domain", "item", "n", "shares"))
_WORDS = ("by", "domain", "label", "node", "kind", "measure", "interval_method", "flag")
