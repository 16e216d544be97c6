"""Everything that can be wrong with the settings of a wave."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise

from app.models import LAYOUTS, WAVE_KINDS, InstrumentVersion, Wave
from app.services.faults import Fault
from surveys import loading
from surveys.quality import DAYS

# Smaller groups are never shown, whatever the office wishes (CONTRACTS 9); the database holds it too.
LEAST_ANONYMOUS = 5
MOST_THRESHOLD = 1000
LONGEST_TITLE = 255

CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00", re.ASCII)

# How the figures of a branch are put together. The table knows `population` and `equal` too, but no run computes them,
# and a wave that asked for them would silently be given the other.
COMPUTED = ("pooled",)

# Marks a sentence for the catalogue; it is translated where it is said.
_ = str


def code_faults(kind: str, code: str) -> Iterator[Fault]:
    """`kind` is `survey` or `wave`."""
    if not CODE.fullmatch(code):
        sentence = (
            _(
                "The survey code %(code)s has other signs than small letters, digits, `-` and `_`; write another."
            )
            if kind == "survey"
            else _(
                "The wave code %(code)s has other signs than small letters, digits, `-` and `_`; write another."
            )
        )
        yield Fault("code", sentence, {"code": f"{code!r:.80}"})


def title_faults(kind: str, title: Mapping[str, str]) -> Iterator[Fault]:
    """`kind` is `survey` or `wave`."""
    if not title or not all(text.strip() for text in title.values()):
        yield Fault(
            "title",
            _("The survey has no title; write one in each language given.")
            if kind == "survey"
            else _("The wave has no title; write one in each language given."),
        )
    if any(len(text) > LONGEST_TITLE for text in title.values()):
        yield Fault("title", _("A title is longer than %(most)s signs; shorten it."), {"most": LONGEST_TITLE})


def wave_faults(wave: Wave, version: InstrumentVersion) -> Iterator[Fault]:
    """Every fault of the settings, whether the wave is stored yet or not."""
    yield from code_faults("wave", wave.code)
    yield from title_faults("wave", wave.title)
    yield from _choice_faults(wave)
    spoken = version.document["languages"]
    for language in wave.languages:
        if language not in spoken:
            yield Fault(
                "languages",
                _("The instrument does not speak %(language)s; choose among %(spoken)s."),
                {"language": repr(language), "spoken": ", ".join(spoken)},
            )
    if not 1 <= wave.threshold <= MOST_THRESHOLD:
        yield Fault(
            "threshold",
            _("The threshold cannot be %(threshold)s; write a whole number from 1 to %(most)s."),
            {"threshold": wave.threshold, "most": MOST_THRESHOLD},
        )
    if not 0 < wave.level < 1:
        yield Fault(
            "level",
            _("The level cannot be %(level)s; write it as a share, such as 0.95."),
            {"level": wave.level},
        )
    yield from _hours_faults(wave.hours)
    yield from _time_faults(wave)
    yield from _anonymity_faults(wave, version)


def tree_faults(wave: Wave, tree_date: date, standing: Sequence[str]) -> Iterator[Fault]:
    """Links stand at agencies that the tree of another day does not have."""
    for code in standing:
        yield Fault(
            "tree_date",
            _(
                "The agency %(agency)s has a link of this wave and is not in the tree of %(day)s; choose another day."
            ),
            {"agency": code, "day": tree_date},
        )


def _choice_faults(wave: Wave) -> Iterator[Fault]:
    for name, value, allowed, sentence in (
        (
            "wave_kind",
            wave.wave_kind,
            WAVE_KINDS,
            _("The kind of a wave cannot be %(value)s; write one of %(all)s."),
        ),
        (
            "layout",
            wave.layout,
            LAYOUTS,
            _("The layout of a wave cannot be %(value)s; write one of %(all)s."),
        ),
        (
            "combine",
            wave.combine,
            COMPUTED,
            _("The roll-up of a wave cannot be %(value)s; write one of %(all)s."),
        ),
    ):
        if value not in allowed:
            yield Fault(name, sentence, {"value": repr(value), "all": ", ".join(allowed)})


def _hours_faults(hours: Mapping[str, Sequence[Sequence[str]]] | None) -> Iterator[Fault]:
    for day, spans in (hours or {}).items():
        ends = [end for span in spans for end in span]
        # Each span begins before it ends, and the next not before that.
        right = day in DAYS and all(len(span) == 2 for span in spans) and all(map(_HOUR.fullmatch, ends))
        if not right or any(before >= after for before, after in pairwise(ends)):
            yield Fault(
                "hours",
                _("Opening hours are written as 07:30-11:30, 13:30-17:00, one after the other."),
            )
            return


def _time_faults(wave: Wave) -> Iterator[Fault]:
    times = (
        ("opens_at", wave.opens_at, _("The open time has no time zone; write one.")),
        ("closes_at", wave.closes_at, _("The close time has no time zone; write one.")),
        ("late_until", wave.late_until, _("The late limit time has no time zone; write one.")),
    )
    if unplaced := [one for one in times if one[1] is not None and one[1].tzinfo is None]:
        yield Fault(unplaced[0][0], unplaced[0][2])
        return
    if wave.opens_at and wave.closes_at and wave.closes_at <= wave.opens_at:
        yield Fault("closes_at", _("The wave closes before it opens; correct the times."))
    if wave.late_until and (wave.closes_at is None or wave.late_until < wave.closes_at):
        yield Fault(
            "late_until",
            _("Late answers cannot end before the wave closes; plan a close, and a later limit."),
        )


def _anonymity_faults(wave: Wave, version: InstrumentVersion) -> Iterator[Fault]:
    if not wave.anonymous:
        if wave.crossed:
            yield Fault(
                "crossed",
                _("Items to cross results with are named, but the wave is not anonymous; leave them out."),
            )
        return
    if wave.wave_kind != "census":
        yield Fault(
            "wave_kind",
            _("An anonymous wave asks everyone by invitation: its kind is census, not %(kind)s."),
            {"kind": wave.wave_kind},
        )
    if wave.threshold < LEAST_ANONYMOUS:
        yield Fault(
            "threshold",
            _("The threshold of an anonymous wave cannot be %(threshold)s; write %(least)s or more."),
            {"threshold": wave.threshold, "least": LEAST_ANONYMOUS},
        )
    instrument = loading.from_document(version.document)
    profile = {item.code for item in instrument.items if item.role == "profile" and item.type == "choice"}
    for code in wave.crossed:
        if code not in profile:
            yield Fault(
                "crossed",
                _("Results cannot be crossed with %(item)s; name choice items of the role profile."),
                {"item": repr(code)},
            )
