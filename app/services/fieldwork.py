"""Fieldwork: register an instrument, plan a wave with its collectors, open it, close it."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from app.config import office_day
from app.extensions import db, transaction
from app.models import (
    COMBINES,
    LAYOUTS,
    MODES,
    WAVE_KINDS,
    Agency,
    Collector,
    InstrumentVersion,
    SamplePoint,
    Survey,
    Wave,
)
from app.queries.agencies import get_tree
from app.queries.collectors import list_collectors
from app.queries.waves import find_instrument_version, find_survey, find_wave
from app.services.errors import ServiceError
from app.services.sampling import Plan, plan_problems
from app.services.snapshot_columns import is_design_column
from app.services.staff import contacts
from surveys import loading
from surveys.instrument import Instrument

# Answers that were given in time may travel this long and still count (CONTRACTS 8).
LATE_AFTER_CLOSE = timedelta(days=7)

# Smaller groups are never shown, whatever the office wishes (CONTRACTS 9); the database holds it too.
LEAST_ANONYMOUS = 5

CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")

# A link's code: no sign that is mistaken for another, 50 bits of chance, short enough to type from a poster.
LINK_ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"
LINK_LENGTH = 10


class InstrumentChanged(ServiceError):
    """This code and version is registered with another content."""

    def __init__(self, registered: InstrumentVersion):
        super().__init__(
            f"Instrument {registered.code}@{registered.version} is registered with another content; "
            "a changed instrument gets a new version."
        )
        self.registered = registered


class ItemCodeReserved(ServiceError):
    """An item is called like a column that every snapshot has for its design."""

    def __init__(self, instrument: Instrument, item: str):
        super().__init__(
            f"Item {item} of instrument {instrument.identity} has the name of a design column of every snapshot; "
            "give it another code."
        )
        self.item = item


class CodeTaken(ServiceError):
    """A survey, or a wave of this survey, has the code already."""

    def __init__(self, kind: str, code: str):
        super().__init__(f"The {kind} code {code} is taken; choose another.")
        self.kind = kind
        self.code = code


class SettingsRefused(ServiceError):
    """A survey or wave cannot be set up so; `problems` has one sentence per fault."""

    def __init__(self, problems: Sequence[str]):
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class CollectorsRefused(ServiceError):
    """Some collectors cannot be added, so none was; `problems` has one sentence per fault, with its row."""

    def __init__(self, problems: Sequence[str]):
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class WrongState(ServiceError):
    """The wave is not in the state that this step needs."""

    def __init__(self, wave: Wave, step: str, needed: str):
        super().__init__(f"Wave {wave.code} is {wave.state} and cannot be {step}; it must be {needed}.")
        self.wave = wave


class NotReady(ServiceError):
    """The wave lacks something that must stand before it opens."""

    def __init__(self, wave: Wave, message: str):
        super().__init__(f"Wave {wave.code} cannot be opened: {message}")
        self.wave = wave


@dataclass(frozen=True, slots=True)
class CollectorRow:
    """One collector to be added: the agency it stands for, the words on it, how answers come in by it.

    `day` is the one day a sampled counter-day stands for, None: any day. `plan` None: outside any sample. `target` is
    how many answers are wanted, None: no number was set.
    """

    agency: str
    label: str
    mode: str = "qr"
    day: date | None = None
    plan: Plan | None = None
    target: int | None = None


def register_instrument(instrument: Instrument) -> InstrumentVersion:
    """Keep this version of an instrument; the same content again is the same row.

    Raises InstrumentChanged, ItemCodeReserved.
    """
    for item in instrument.items:
        if is_design_column(item.code):
            raise ItemCodeReserved(instrument, item.code)
    with transaction() as session:
        registered = find_instrument_version(instrument.code, instrument.version)
        sha256 = loading.sha256(instrument)
        if registered is None:
            registered = InstrumentVersion(
                code=instrument.code,
                version=instrument.version,
                sha256=sha256,
                document=loading.to_document(instrument),
            )
            session.add(registered)
        elif registered.sha256 != sha256:
            raise InstrumentChanged(registered)
        return registered


def create_survey(code: str, title: Mapping[str, str]) -> Survey:
    """A new survey; `title` by language. Raises CodeTaken, SettingsRefused."""
    with transaction() as session:
        _refuse([*_code_problem("survey", code), *_title_problem("survey", title)])
        if find_survey(code):
            raise CodeTaken("survey", code)
        survey = Survey(code=code, title=dict(title))
        session.add(survey)
        return survey


def create_wave(
    survey: Survey,
    code: str,
    instrument_version: InstrumentVersion,
    *,
    title: Mapping[str, str],
    tree_date: date,
    wave_kind: str,
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
    late_until: datetime | None = None,
    languages: Sequence[str] | None = None,
    layout: str = "one_page",
    threshold: int = 10,
    level: float = 0.95,
    combine: str = "pooled",
    anonymous: bool = False,
    crossed: Sequence[str] = (),
) -> Wave:
    """A planned wave. `languages` None: all of the instrument; `late_until` None: seven days after the close.

    `anonymous`: staff answer by invitation and nobody can tell who; results are then crossed with the profile
    items of `crossed` alone, the most wanted first.

    Raises CodeTaken, or SettingsRefused with every fault.
    """
    with transaction() as session:
        spoken = instrument_version.document["languages"]
        languages = list(languages or spoken)
        if closes_at and late_until is None:
            late_until = closes_at + LATE_AFTER_CLOSE
        wave = Wave(
            code=code,
            title=dict(title),
            tree_date=tree_date,
            wave_kind=wave_kind,
            state="planned",
            opens_at=opens_at,
            closes_at=closes_at,
            late_until=late_until,
            languages=languages,
            layout=layout,
            threshold=threshold,
            level=level,
            combine=combine,
            anonymous=anonymous,
            crossed=list(crossed),
        )
        _refuse([*_wave_problems(wave, spoken), *_anonymity_problems(wave, instrument_version)])
        if find_wave(survey.code, code):
            raise CodeTaken("wave", code)
        wave.survey, wave.instrument_version = survey, instrument_version
        session.add(wave)
        return wave


def add_collectors(
    wave: Wave, rows: Sequence[CollectorRow], *, draw: random.Random | None = None
) -> list[Collector]:
    """Give the wave links, one per row, numbered on from those it has.

    A probability wave takes them only while it is planned, because its design is fixed before it opens; any
    other wave also while it is open. `draw` makes the codes: None takes them from the system's own source,
    a simulation gives a seeded one. Raises WrongState, or CollectorsRefused with every fault.
    """
    with transaction() as session:
        if wave.state == "closed" or (wave.state == "open" and wave.wave_kind == "probability"):
            raise WrongState(wave, "given collectors", "planned")
        agencies = _agencies_on(wave.tree_date)
        kept = [one.sample_point for one in list_collectors(wave) if one.sample_point]
        problems = [*_collector_problems(rows, agencies), *plan_problems([row.plan for row in rows], kept)]
        if problems:
            raise CollectorsRefused(problems)
        draw = draw or random.SystemRandom()
        first = 1 + (
            session.scalar(select(func.max(Collector.number)).where(Collector.wave_id == wave.id)) or 0
        )
        added = [
            Collector(
                wave=wave,
                number=number,
                code=_link_code(draw),
                agency=agencies[row.agency],
                label=row.label.strip(),
                mode=row.mode,
                state="open",
                day=row.day,
                target=row.target,
                sample_point=_sample_point(row.plan),
            )
            for number, row in enumerate(rows, start=first)
        ]
        session.add_all(added)
        return added


def open_wave(wave: Wave, *, now: datetime | None = None) -> None:
    """From this moment the wave's links can be opened. Raises WrongState, NotReady."""
    now = now or datetime.now(UTC)
    with transaction():
        if wave.state != "planned":
            raise WrongState(wave, "opened", "planned")
        collectors = list_collectors(wave)
        if not collectors:
            raise NotReady(wave, "it has no collector; add one per place.")
        if wave.wave_kind == "probability" and (
            bare := [one for one in collectors if one.sample_point is None]
        ):
            raise NotReady(
                wave, f"collector {bare[0].number} has no place in the sample; give each one a plan."
            )
        if wave.closes_at is not None and wave.closes_at <= now:
            raise NotReady(wave, f"it was to close on {wave.closes_at:%Y-%m-%d}; plan a later close.")
        wave.state, wave.opens_at = "open", now


def close_wave(wave: Wave, *, now: datetime | None = None) -> None:
    """From this moment no link of the wave can be opened; answers on their way count until `late_until`.

    A `late_until` that was set by hand stands; else it is seven days from now. The addresses of a staff wave, and the
    key to their tokens, are destroyed. Raises WrongState.
    """
    now = now or datetime.now(UTC)
    with transaction() as session:
        if wave.state != "open":
            raise WrongState(wave, "closed", "open")
        by_default = wave.closes_at is not None and wave.late_until == wave.closes_at + LATE_AFTER_CLOSE
        wave.state, wave.closes_at = "closed", now
        wave.late_until = (
            now + LATE_AFTER_CLOSE if wave.late_until is None or by_default else max(wave.late_until, now)
        )
        destroyed = contacts.destroy(session, wave, office_day(now), "The wave has closed.")
    contacts.finish(wave, destroyed)


def switch_instrument(wave: Wave, instrument_version: InstrumentVersion) -> None:
    """From now on the wave asks a newer version; forms of the older one that are out are still taken.

    Raises SettingsRefused where it is another instrument, an older version, or lacks a language of the wave.
    """
    with transaction():
        if wave.state == "closed":
            raise WrongState(wave, "given another instrument", "planned or open")
        present = wave.instrument_version
        identity = f"{instrument_version.code}@{instrument_version.version}"
        if instrument_version.code != present.code or instrument_version.version <= present.version:
            _refuse([f"{identity} is no newer version of {present.code}@{present.version}; register one."])
        lacking = set(wave.languages) - set(instrument_version.document["languages"])
        _refuse(
            [
                f"{identity} does not speak {language}, which the wave does; add it."
                for language in sorted(lacking)
            ]
        )
        wave.instrument_version = instrument_version


def revoke_collector(collector: Collector) -> None:
    """The link no longer opens; answers that were begun behind it are still stored."""
    with transaction():
        collector.state = "revoked"


def _wave_problems(wave: Wave, spoken: Sequence[str]) -> Iterator[str]:
    yield from _code_problem("wave", wave.code)
    yield from _title_problem("wave", wave.title)
    for name, value, allowed in (
        ("kind", wave.wave_kind, WAVE_KINDS),
        ("layout", wave.layout, LAYOUTS),
        ("roll-up", wave.combine, COMBINES),
    ):
        if value not in allowed:
            yield f"The {name} of a wave cannot be {value!r}; write one of {', '.join(allowed)}."
    for language in wave.languages:
        if language not in spoken:
            yield f"The instrument does not speak {language!r}; choose among {', '.join(spoken)}."
    if wave.threshold < 1:
        yield f"The threshold cannot be {wave.threshold}; write 1 or more."
    if not 0 < wave.level < 1:
        yield f"The level cannot be {wave.level}; write it as a share, such as 0.95."
    times = (("open", wave.opens_at), ("close", wave.closes_at), ("late limit", wave.late_until))
    if unplaced := [name for name, moment in times if moment is not None and moment.tzinfo is None]:
        yield f"The {unplaced[0]} time has no time zone; write one."
        return
    if wave.opens_at and wave.closes_at and wave.closes_at <= wave.opens_at:
        yield "The wave closes before it opens; correct the times."
    if wave.late_until and (wave.closes_at is None or wave.late_until < wave.closes_at):
        yield "Late answers cannot end before the wave closes; plan a close, and a later limit."


def _anonymity_problems(wave: Wave, instrument_version: InstrumentVersion) -> Iterator[str]:
    if not wave.anonymous:
        if wave.crossed:
            yield "Items to cross results with are named, but the wave is not anonymous; leave them out."
        return
    if wave.wave_kind != "census":
        yield f"An anonymous wave asks everyone by invitation: its kind is census, not {wave.wave_kind}."
    if wave.threshold < LEAST_ANONYMOUS:
        yield f"The threshold of an anonymous wave cannot be {wave.threshold}; write {LEAST_ANONYMOUS} or more."
    instrument = loading.from_document(instrument_version.document)
    profile = {item.code for item in instrument.items if item.role == "profile" and item.type == "choice"}
    for code in wave.crossed:
        if code not in profile:
            yield f"Results cannot be crossed with {code!r}; name choice items of the role profile."


def _collector_problems(rows: Sequence[CollectorRow], agencies: Mapping[str, Agency]) -> Iterator[str]:
    for number, row in enumerate(rows, start=1):
        if row.agency not in agencies:
            yield f"Row {number}: no agency {row.agency} exists on the wave's tree date; correct the code."
        if row.mode not in MODES:
            yield f"Row {number}: answers cannot come by {row.mode!r}; write one of {', '.join(MODES)}."
        if not 1 <= len(row.label.strip()) <= 255:
            yield f"Row {number}: a label has 1 to 255 signs; write what stands at the place."


def _agencies_on(day: date) -> dict[str, Agency]:
    tree = get_tree(day)
    return {one.code: one for one in db.session.scalars(select(Agency)) if one.code in tree}


def _sample_point(plan: Plan | None) -> SamplePoint | None:
    if plan is None:
        return None
    return SamplePoint(
        stratum=plan.stratum, clusters=list(plan.clusters), fpc=list(plan.fpc), base_weight=plan.base_weight
    )


def _link_code(draw: random.Random) -> str:
    return "".join(draw.choice(LINK_ALPHABET) for _ in range(LINK_LENGTH))


def _code_problem(kind: str, code: str) -> Iterator[str]:
    if not CODE.fullmatch(code):
        yield f"The {kind} code {code!r} has other signs than small letters, digits, `-` and `_`; write another."


def _title_problem(kind: str, title: Mapping[str, Any]) -> Iterator[str]:
    if not title or not all(text.strip() for text in title.values()):
        yield f"The {kind} has no title; write one in each language given."


def _refuse(problems: Sequence[str] | Iterator[str]) -> None:
    found = list(problems)
    if found:
        raise SettingsRefused(found)
