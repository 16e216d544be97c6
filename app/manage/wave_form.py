"""The form on which a wave is planned: what was typed, read into settings, and settings written back into it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from werkzeug.datastructures import MultiDict

from app.config import OFFICE_TIME
from app.manage.fields import whole_number
from app.messages import languages as interface_languages
from app.models import InstrumentVersion, Wave
from app.services.agencies.listing import parsed_day
from app.services.faults import Fault
from surveys.quality import DAYS

# Levels that are offered; the most usual comes first.
LEVELS = ("0.95", "0.9", "0.99")

MOMENT = "%Y-%m-%d %H:%M"

# Marks a sentence for the catalogue; it is translated where it is said.
_ = str

NO_INSTRUMENT = _("Choose an instrument.")
NO_TREE_DATE = _("Write the day whose agency tree the wave reports on, as in 2026-03-31.")
NO_MOMENT = _("Write day and hour as in 2026-03-31 07:30, or nothing.")
NO_NUMBER = _("Write a whole number.")
NO_LEVEL = _("Choose a level.")
NO_HOURS = _("Opening hours are written as 07:30-11:30, 13:30-17:00, one after the other.")
NO_LANGUAGE = _("Choose at least one language.")


def read_wave(
    sent: MultiDict[str, str], versions: Iterable[InstrumentVersion]
) -> tuple[InstrumentVersion | None, dict[str, Any], list[Fault]]:
    """The instrument version, the settings, and what cannot be read; further faults are the service's."""
    faults: list[Fault] = []
    chosen = {f"{one.code}@{one.version}": one for one in versions}.get(sent.get("instrument", ""))
    if chosen is None:
        faults.append(Fault("instrument", NO_INSTRUMENT))
    tree_date = parsed_day(sent.get("tree_date", "").strip())
    if tree_date is None:
        faults.append(Fault("tree_date", NO_TREE_DATE))
    threshold = whole_number(sent, "threshold")
    if threshold is None:
        faults.append(Fault("threshold", NO_NUMBER))
    level = sent.get("level", "")
    if level not in LEVELS:
        faults.append(Fault("level", NO_LEVEL))
    spoken = sent.getlist("languages")
    if not spoken:
        faults.append(Fault("languages", NO_LANGUAGE))
    settings = {
        "title": read_titles(sent),
        "tree_date": tree_date or date.min,
        "wave_kind": sent.get("wave_kind", ""),
        "languages": spoken,
        "layout": sent.get("layout", ""),
        "threshold": threshold or 0,
        "level": float(level) if level in LEVELS else 0.0,
        "hours": _hours(sent, faults),
        "double_entry": sent.get("double_entry") == "1",
    }
    for name in ("opens_at", "closes_at", "late_until"):
        settings[name] = _moment(sent, name, faults)
    return chosen, settings, faults


def write_wave(wave: Wave) -> MultiDict[str, str]:
    """The form as it stands for a wave."""
    version = wave.instrument_version
    fields = {
        "code": wave.code,
        "instrument": f"{version.code}@{version.version}",
        "tree_date": wave.tree_date.isoformat(),
        "wave_kind": wave.wave_kind,
        "layout": wave.layout,
        "threshold": str(wave.threshold),
        "level": f"{wave.level:g}",
        "double_entry": "1" if wave.double_entry else "",
        **{f"title_{code}": text for code, text in wave.title.items()},
        **{f"hours_{day}": write_spans(spans) for day, spans in (wave.hours or {}).items()},
    }
    for name in ("opens_at", "closes_at", "late_until"):
        moment = getattr(wave, name)
        fields[name] = moment.astimezone(OFFICE_TIME).strftime(MOMENT) if moment else ""
    return MultiDict([*fields.items(), *(("languages", code) for code in wave.languages)])


def new_wave(versions: Sequence[InstrumentVersion], today: date) -> MultiDict[str, str]:
    """The form as it opens: what most waves are."""
    fields = {
        "instrument": f"{versions[-1].code}@{versions[-1].version}" if versions else "",
        "tree_date": today.isoformat(),
        "wave_kind": "volunteer",
        "layout": "one_page",
        "threshold": "10",
        "level": LEVELS[0],
    }
    return MultiDict([*fields.items(), *(("languages", code) for code in interface_languages())])


def title_languages(title: Mapping[str, str] | None = None) -> list[str]:
    """In which languages a title is asked for, Vietnamese first."""
    return sorted({*interface_languages(), *(title or {})}, key=lambda code: (code != "vi", code))


def read_titles(sent: Mapping[str, str]) -> dict[str, str]:
    """The titles that were typed, by language."""
    found = {name.removeprefix("title_"): text for name, text in sent.items() if name.startswith("title_")}
    return {code: " ".join(text.split()) for code, text in found.items() if text.strip()}


def write_spans(spans: Sequence[Sequence[str]]) -> str:
    """`07:30-11:30, 13:30-17:00`."""
    return ", ".join("-".join(span) for span in spans)


def _hours(sent: Mapping[str, str], faults: list[Fault]) -> dict[str, list[list[str]]] | None:
    """None where no day has any: they are not known."""
    found: dict[str, list[list[str]]] = {}
    for day in DAYS:
        text = sent.get(f"hours_{day}", "").replace("–", "-").strip()
        if not text:
            continue
        spans = [[_clock(end) for end in span.split("-")] for span in text.replace(";", ",").split(",")]
        if not all(len(span) == 2 and all(span) for span in spans):
            faults.append(Fault(f"hours_{day}", NO_HOURS))
        found[day] = spans
    return found or None


def _clock(text: str) -> str:
    """`7:30` as `07:30`; nothing where it is no hour."""
    hour, colon, minute = text.strip().partition(":")
    right = hour.isascii() and hour.isdecimal() and minute.isascii() and minute.isdecimal()
    if not (colon and right and len(hour) <= 2 and len(minute) == 2):
        return ""
    return f"{int(hour):02}:{minute}" if int(hour) <= 24 and int(minute) < 60 else ""


def _moment(sent: Mapping[str, str], name: str, faults: list[Fault]) -> datetime | None:
    text = " ".join(sent.get(name, "").replace("T", " ").split())
    if not text:
        return None
    day, _blank, clock = text.partition(" ")
    found, hour = parsed_day(day), _clock(clock or "00:00")
    if found is None or not hour or hour == "24:00":
        faults.append(Fault(name, NO_MOMENT))
        return None
    return datetime.strptime(f"{found.isoformat()} {hour}", MOMENT).replace(tzinfo=OFFICE_TIME)
