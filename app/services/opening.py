"""When the counters are open: the wave's hours, or the usual ones where it has none.

Everything that asks whether a desk should have been busy asks here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from app.config import OFFICE_TIME
from surveys.quality import DAYS, Hours

# What an office keeps where nobody has said otherwise.
USUAL_HOURS: Hours = dict.fromkeys(DAYS[:5], (("07:30", "17:00"),))


@dataclass(frozen=True, slots=True)
class Opening:
    """The opening hours of a wave's counters; `known` is False where they are the usual ones, supposed."""

    hours: Hours
    known: bool
    _kept: dict[date, tuple[tuple[datetime, datetime], ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @classmethod
    def of(cls, hours: Hours | None) -> Opening:
        """The hours of a wave, as `wave.hours` has them."""
        return cls(USUAL_HOURS, False) if hours is None else cls(hours, True)

    def is_open(self, moment: datetime) -> bool:
        """Whether the counters are open at this moment."""
        return any(begin <= moment < end for begin, end in self._spans(moment.astimezone(OFFICE_TIME).date()))

    def between(self, begin: datetime, end: datetime) -> timedelta:
        """How long the counters are open from `begin` to `end`; nothing where `end` comes first."""
        day, last = begin.astimezone(OFFICE_TIME).date(), end.astimezone(OFFICE_TIME).date()
        total = timedelta()
        while day <= last:
            for opened, closed in self._spans(day):
                total += max(timedelta(), min(closed, end) - max(opened, begin))
            day += timedelta(days=1)
        return total

    def hours_of(self, day: date) -> range:
        """The hours of the clock in which the counters are open on this day; none on a day off."""
        spans = self._spans(day)
        if not spans:
            return range(0)
        begin, end = min(span[0] for span in spans), max(span[1] for span in spans)
        return range(begin.hour, (end - timedelta(microseconds=1)).hour + 1)

    def _spans(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """The spans of a day, read once: thousands of desks ask for the same days."""
        if day not in self._kept:
            spans = self.hours.get(DAYS[day.weekday()], ())
            self._kept[day] = tuple((_at(day, begin), _at(day, end)) for begin, end in spans)
        return self._kept[day]


def _at(day: date, clock: str) -> datetime:
    """`24:00` is the end of the day."""
    if clock == "24:00":
        return datetime.combine(day + timedelta(days=1), time(), OFFICE_TIME)
    return datetime.combine(day, time.fromisoformat(clock), OFFICE_TIME)
