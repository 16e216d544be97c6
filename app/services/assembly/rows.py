"""Records with their labels: what scorecards, pages and charts are drawn from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.scorecards import Figure, Row

from .labels import interval_label, measure_label, node_label
from .measures import Measured, recorded
from .reasons import flag_reason
from .records import Record


def rows(
    records: Iterable[Record], measured: Mapping[tuple[str, str], Measured], language: str, whole_label: str
) -> tuple[Row, ...]:
    """One row per record; `measured` gives what a (node, measure) is, `whole_label` names the whole."""
    return tuple(
        _row(record, measured[record.node, record.measure], language, whole_label) for record in records
    )


def by_address(measured: Iterable[Measured]) -> dict[tuple[str, str], Measured]:
    """What is measured, by its address in the results."""
    return {(one.node, one.measure): one for _, one in recorded(measured)}


def _row(record: Record, one: Measured, language: str, whole_label: str) -> Row:
    # A figure that is hidden is marked c; one that does not exist, x.
    mark = "c" if record.is_suppressed else "x"

    def figure(value: float | None) -> Figure:
        return Figure(value, mark if value is None else None)

    return Row(
        by=record.by,
        domain=record.domain,
        domain_label=record.label if record.domain is not None else whole_label,
        node=record.node,
        node_label=node_label(one, language),
        kind=record.kind,
        measure=record.measure,
        measure_label=measure_label(record.measure, language),
        value=figure(record.value),
        std_error=figure(record.std_error),
        low=figure(record.low),
        high=figure(record.high),
        n=figure(record.n),
        n_psu=figure(record.n_psu),
        n_eff=figure(record.n_eff),
        df=figure(record.df),
        deff=figure(record.deff),
        interval_method=record.interval_method,
        interval_label=interval_label(record.interval_method, language),
        flag=record.flag,
        flag_reason=flag_reason(record, language),
    )
