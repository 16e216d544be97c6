"""Quality flags: words that say what is odd about one answer. They drop no one and change no figure.

A rule that is published with its evidence stands in docs/quality-flags.md; `QUALITY_RULE` counts its versions,
and every constant of it stands here. The flags are found when an answer arrives, from the answer itself and
from three facts about the answers before it; nothing else about a person is kept for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from surveys.answers import Answers
from surveys.instrument import Instrument

QUALITY_RULE = 1

# In the order in which they stand in a snapshot.
FLAGS = (
    "fast",
    "straight_line",
    "burst",
    "after_hours",
    "device_run",
    "unknown_device",
    "no_slip",
    "unknown_interviewer",
)

# fast: less time than this for each item answered.
SECONDS_PER_ITEM = 1.0
# straight_line: so many scored answers, all the same; fewer where some items ask the other way round, because
# then the same option says two opposite things.
STRAIGHT_ITEMS = 10
STRAIGHT_ITEMS_REVERSED = 4
# burst: the so many-th answer behind one link within this time.
BURST_ANSWERS = 15
BURST_WITHIN = timedelta(minutes=5)
# device_run: the so many-th answer in a row from one device that is the same in every item, within this time.
RUN_ANSWERS = 5
RUN_WITHIN = timedelta(minutes=10)

# Where the clock is that of the one who answers, or of the interviewer beside; on paper it is the typist's.
TIMED_MODES = frozenset(("kiosk", "qr", "invitation", "interviewer"))
# Where the answer is given at the counter, as far as the link can say.
COUNTER_MODES = frozenset(("kiosk", "qr", "interviewer"))

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

# Weekday to spans of opening, `{"mon": [["07:30", "11:30"]]}`; a day that is absent is closed.
Hours = Mapping[str, Sequence[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Occasion:
    """When and how one answer was given, by the clock of its device; a time that is not known is None.

    `sent` is in the zone of the office, since `hours` speak of its days; None there: not known.
    """

    mode: str
    started: datetime | None = None
    sent: datetime | None = None
    hours: Hours | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was there before an answer: how many within BURST_WITHIN before it behind the same link, and how many
    of the RUN_ANSWERS - 1 before it on the same device, within RUN_WITHIN, were the same."""

    behind_link: int = 0
    same_on_device: int = 0


def flags_of_form(instrument: Instrument, answers: Answers, occasion: Occasion) -> frozenset[str]:
    """The flags that an answer shows by itself."""
    found = {
        "fast": occasion.mode in TIMED_MODES and _is_fast(answers, occasion),
        "straight_line": _is_straight(instrument, answers),
        "after_hours": occasion.mode in COUNTER_MODES and _is_after_hours(occasion),
    }
    return frozenset(flag for flag, true in found.items() if true)


def flags_of_earlier(mode: str, earlier: Earlier) -> frozenset[str]:
    """The flags that an answer gets by what came before it."""
    found = {
        "burst": mode in TIMED_MODES and earlier.behind_link >= BURST_ANSWERS - 1,
        "device_run": earlier.same_on_device >= RUN_ANSWERS - 1,
    }
    return frozenset(flag for flag, true in found.items() if true)


def in_order(flags: Iterable[str]) -> tuple[str, ...]:
    """The flags in the order of FLAGS, each once. ValueError for a word that is none."""
    given = set(flags)
    if strangers := given.difference(FLAGS):
        raise ValueError(f"No such quality flag: {', '.join(sorted(strangers))}.")
    return tuple(flag for flag in FLAGS if flag in given)


def _is_fast(answers: Answers, occasion: Occasion) -> bool:
    """A form that ends before it begins says that a clock was set meanwhile, and nothing of the person."""
    if occasion.started is None or occasion.sent is None:
        return False
    taken = (occasion.sent - occasion.started).total_seconds()
    return 0 <= taken < SECONDS_PER_ITEM * len(answers)


def _is_straight(instrument: Instrument, answers: Answers) -> bool:
    chosen, directions = set(), set()
    count = 0
    for item in instrument.items:
        if item.role != "score" or item.type != "choice":
            continue
        answer = answers.get(item.code)
        if answer is None or answer not in instrument.valid_codes[item.code]:
            continue
        chosen.add(answer)
        if len(chosen) > 1:
            return False
        directions.add(item.reverse)
        count += 1
    return count >= (STRAIGHT_ITEMS_REVERSED if len(directions) == 2 else STRAIGHT_ITEMS)


def _is_after_hours(occasion: Occasion) -> bool:
    if occasion.hours is None or occasion.sent is None:
        return False
    at = occasion.sent.strftime("%H:%M")
    spans = occasion.hours.get(DAYS[occasion.sent.weekday()], ())
    return not any(begin <= at <= end for begin, end in spans)
