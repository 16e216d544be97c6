"""What a person looks at before a run is approved: its headline figures, and what is other than in the last release."""

from __future__ import annotations

from dataclasses import dataclass

from app.models import EstimationRun, Release
from app.scorecards import Row
from app.services.assembly.records import Record
from app.services.released import released, rows_of


@dataclass(frozen=True, slots=True)
class Changed:
    """One figure before and now, as rows with their labels."""

    before: Row
    now: Row


@dataclass(frozen=True, slots=True)
class Changes:
    """A run beside the release before it: figures that both have, those of them that differ, those only one has.

    `largest` has the greatest difference; None where no figure that is shown in both differs.
    """

    release: int
    compared: int
    changed: int
    new: int
    gone: int
    largest: Changed | None


def headlines(run: EstimationRun, language: str) -> tuple[Row, ...]:
    """The indices of the whole."""
    return tuple(row for row in rows_of(run, None, language) if row.kind == "index")


def changes(run: EstimationRun, release: Release, language: str) -> Changes:
    """What would change if the run were released after this release."""
    now, before = _figures(run), _figures(release)
    both = now.keys() & before.keys()
    other = [key for key in both if _said(now[key]) != _said(before[key])]
    shown = [key for key in other if now[key].value is not None and before[key].value is not None]
    largest = max(shown, key=lambda key: (abs(now[key].value - before[key].value), str(key)), default=None)
    return Changes(
        release=release.number,
        compared=len(both),
        changed=len(other),
        new=len(now.keys() - both),
        gone=len(before.keys() - both),
        largest=None
        if largest is None
        else Changed(_row(release, largest, language), _row(run, largest, language)),
    )


Key = tuple[str | None, str, str]


def _figures(made: EstimationRun | Release) -> dict[Key, Record]:
    return {
        (one.domain, one.node, one.measure): one
        for records in released(made).records.values()
        for one in records
    }


def _said(record: Record) -> tuple[object, ...]:
    return record.value, record.low, record.high, record.n, record.flag


def _row(made: EstimationRun | Release, key: Key, language: str) -> Row:
    domain, node, measure = key
    return next(row for row in rows_of(made, domain, language) if (row.node, row.measure) == (node, measure))
