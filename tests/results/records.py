"""Rows to draw pages from, with the troubles of real ones."""

from __future__ import annotations

from app.scorecards import Figure, Row

SUPPRESSED, NOT_AVAILABLE = Figure(None, "c"), Figure(None, "x")


def row(value=80.0, low=75.0, high=85.0, **changes: object) -> Row:
    """A row of the index `service`; None for value, low or high means not available."""
    given = {
        "by": "agency",
        "domain": "31",
        "domain_label": "Hải Phòng",
        "node": "service",
        "node_label": "Dịch vụ",
        "kind": "index",
        "measure": "top_box",
        "measure_label": "Satisfied, % of valid answers",
        "value": _figure(value),
        "std_error": Figure(2.5),
        "low": _figure(low),
        "high": _figure(high),
        "n": Figure(1234),
        "n_psu": Figure(28),
        "n_eff": Figure(900.5),
        "df": Figure(25),
        "deff": Figure(1.4),
        "interval_method": "t",
        "interval_label": "t interval",
        "flag": None,
        "flag_reason": None,
    }
    return Row(**given | changes)


def without_interval(value=70.0, reason="Every stratum here is a single sampling unit.") -> Row:
    """A value whose uncertainty is not known."""
    return row(
        value,
        None,
        None,
        std_error=NOT_AVAILABLE,
        deff=NOT_AVAILABLE,
        interval_method="none",
        interval_label="none",
        flag="not_estimable",
        flag_reason=reason,
    )


def suppressed() -> Row:
    """Nothing may be said but why."""
    hidden = dict.fromkeys(
        ("value", "std_error", "low", "high", "n", "n_psu", "n_eff", "df", "deff"), SUPPRESSED
    )
    return row(
        **hidden,
        interval_method="none",
        interval_label="none",
        flag="suppressed",
        flag_reason="Fewer than 10 answers, so the figure is not shown.",
    )


def _figure(value: object) -> Figure:
    return value if isinstance(value, Figure) else Figure(value, "x" if value is None else None)
