"""Where a figure stands beside a level that somebody asks about: told by its interval, never by its value alone."""

from __future__ import annotations

from .records import Record

SIDES = ("below", "above")


def stands(record: Record | None, side: str, bound: float) -> bool:
    """Whether the whole interval of a figure lies below or above a bound; never for a figure without an interval.

    A variation band of volunteers is none: it says nothing of those who did not answer.
    """
    if record is None or record.low is None or record.high is None or record.interval_method == "band":
        return False
    return record.high < bound if side == "below" else record.low > bound


def is_flagged(record: Record | None) -> bool:
    """Whether something must be remarked on a figure: it is hidden, small, without interval, or there is none."""
    return record is None or record.flag is not None
