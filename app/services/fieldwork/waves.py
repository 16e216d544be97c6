"""Waves: planned, changed while they are planned, opened, closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from app.config import office_day
from app.extensions import transaction
from app.models import InstrumentVersion, Survey, Wave
from app.queries.agencies import get_tree
from app.queries.collectors import list_collectors
from app.queries.waves import find_wave
from app.services import audit
from app.services.faults import Fault
from app.services.fieldwork.refusals import CodeTaken, NotReady, SettingsRefused, WrongState
from app.services.fieldwork.wave_faults import tree_faults, wave_faults
from app.services.staff import contacts

# Answers that were given in time may travel this long and still count (CONTRACTS 8).
LATE_AFTER_CLOSE = timedelta(days=7)

# Marks a sentence for the catalogue; it is translated where it is said.
_ = str

# Words of WrongState that stand for its steps and states.
STEPS = (
    _("planned"),
    _("open"),
    _("closed"),
    _("planned or open"),
    _("changed"),
    _("opened"),
    _("given another instrument"),
    _("given collectors"),
)

# What can be changed while a wave is planned; an anonymous wave's further settings have a page of their own.
CHANGEABLE = (
    "title",
    "tree_date",
    "wave_kind",
    "opens_at",
    "closes_at",
    "late_until",
    "languages",
    "layout",
    "threshold",
    "level",
    "combine",
    "hours",
    "double_entry",
)


def subject_of(wave: Wave) -> str:
    """How the audit names a wave."""
    return f"{wave.survey.code}/{wave.code}"


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
    hours: Mapping[str, Any] | None = None,
    double_entry: bool = False,
    anonymous: bool = False,
    crossed: Sequence[str] = (),
) -> Wave:
    """A planned wave. `languages` None: all of the instrument; `late_until` None: seven days after the close.

    `anonymous`: staff answer by invitation and nobody can tell who; results are then crossed with the profile
    items of `crossed` alone, the most wanted first.

    Raises CodeTaken, or SettingsRefused with every fault.
    """
    with transaction() as session:
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
            languages=list(languages or instrument_version.document["languages"]),
            layout=layout,
            threshold=threshold,
            level=level,
            combine=combine,
            hours=dict(hours) if hours else None,
            double_entry=double_entry,
            anonymous=anonymous,
            crossed=list(crossed),
        )
        if faults := [*wave_faults(wave, instrument_version)]:
            raise SettingsRefused(faults)
        if find_wave(survey.code, code):
            raise CodeTaken("wave", code)
        wave.survey, wave.instrument_version = survey, instrument_version
        session.add(wave)
        audit.record(session, "wave.planned", subject_of(wave), kind=wave_kind, tree_date=tree_date)
        return wave


def change_wave(wave: Wave, instrument_version: InstrumentVersion, **settings: Any) -> None:
    """Change a planned wave; `settings` are those of CHANGEABLE, and what is not given stays.

    The threshold of an anonymous wave is not changed here: its promise speaks of it. Raises WrongState, or
    SettingsRefused with every fault.
    """
    with transaction() as session:
        if wave.state != "planned":
            raise WrongState(wave, "changed", "planned")
        if wave.anonymous:
            settings.pop("threshold", None)
        before = {name: getattr(wave, name) for name in settings} | {
            "instrument": f"{wave.instrument_version.code}@{wave.instrument_version.version}"
        }
        with session.no_autoflush:
            for name in CHANGEABLE:
                if name in settings:
                    setattr(wave, name, settings[name])
            if wave.closes_at and "late_until" in settings and wave.late_until is None:
                wave.late_until = wave.closes_at + LATE_AFTER_CLOSE
            wave.instrument_version = instrument_version
            tree = get_tree(wave.tree_date)
            standing = sorted({one.agency.code for one in list_collectors(wave)} - {*_codes(tree)})
            faults = [
                *wave_faults(wave, instrument_version),
                *tree_faults(wave, wave.tree_date, standing),
            ]
        if faults:
            raise SettingsRefused(faults)
        after = {name: getattr(wave, name) for name in settings} | {
            "instrument": f"{instrument_version.code}@{instrument_version.version}"
        }
        changed = {name: [before[name], value] for name, value in after.items() if before[name] != value}
        if changed:
            audit.record(session, "wave.changed", subject_of(wave), **changed)


def why_not_open(wave: Wave, now: datetime) -> list[NotReady]:
    """Everything that keeps a planned wave from being opened."""
    found = []
    collectors = [one for one in list_collectors(wave) if one.state == "open"]
    tree = get_tree(wave.tree_date)
    strangers = sorted({one.agency.code for one in collectors if one.agency.code not in tree})
    if not collectors:
        found.append(
            NotReady(wave, _("Wave %(wave)s cannot be opened: it has no collector; add one per place."))
        )
    if strangers:
        found.append(
            NotReady(
                wave,
                _(
                    "Wave %(wave)s cannot be opened: it has a link at %(agency)s, which is not in the tree of %(day)s;"
                    " revoke the link or choose another day."
                ),
                agency=strangers[0],
                day=wave.tree_date,
            )
        )
    if wave.wave_kind == "probability" and (bare := [one for one in collectors if one.sample_point is None]):
        found.append(
            NotReady(
                wave,
                _(
                    "Wave %(wave)s cannot be opened: collector %(number)s has no place in the sample; give each one a "
                    "plan."
                ),
                number=bare[0].number,
            )
        )
    if wave.closes_at is not None and wave.closes_at <= now:
        found.append(
            NotReady(
                wave,
                _("Wave %(wave)s cannot be opened: it was to close on %(day)s; plan a later close."),
                day=office_day(wave.closes_at),
            )
        )
    return found


def open_wave(wave: Wave, *, now: datetime | None = None) -> None:
    """From this moment the wave's links can be opened. Raises WrongState, NotReady."""
    now = now or datetime.now(UTC)
    with transaction() as session:
        if wave.state != "planned":
            raise WrongState(wave, "opened", "planned")
        if reasons := why_not_open(wave, now):
            raise reasons[0]
        wave.state, wave.opens_at = "open", now
        audit.record(session, "wave.opened", subject_of(wave), links=len(list_collectors(wave)))


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
        audit.record(session, "wave.closed", subject_of(wave), late_until=wave.late_until)
    contacts.finish(wave, destroyed)


def switch_instrument(wave: Wave, instrument_version: InstrumentVersion) -> None:
    """From now on the wave asks a newer version; forms of the older one that are out are still taken.

    Raises SettingsRefused where it is another instrument, an older version, or lacks a language of the wave.
    """
    with transaction() as session:
        if wave.state == "closed":
            raise WrongState(wave, "given another instrument", "planned or open")
        present = wave.instrument_version
        identity = f"{instrument_version.code}@{instrument_version.version}"
        if instrument_version.code != present.code or instrument_version.version <= present.version:
            raise SettingsRefused(
                [
                    Fault(
                        "instrument",
                        _("%(given)s is no newer version of %(present)s; register one."),
                        {"given": identity, "present": f"{present.code}@{present.version}"},
                    )
                ]
            )
        lacking = sorted(set(wave.languages) - set(instrument_version.document["languages"]))
        if lacking:
            sentence = _("%(given)s does not speak %(language)s, which the wave does; add it.")
            raise SettingsRefused(
                [Fault("instrument", sentence, {"given": identity, "language": one}) for one in lacking]
            )
        wave.instrument_version = instrument_version
        audit.record(session, "wave.instrument_switched", subject_of(wave), to=identity)


def _codes(tree: Any) -> list[str]:
    return [one.code for one in tree.agencies]
