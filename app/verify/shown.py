"""A verdict in the words of the page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from app.figures import show_date
from app.messages import translations
from app.services.verifying import Verdict, told


@dataclass(frozen=True, slots=True)
class ShownVerdict:
    """What the page says: `state` is that of the verdict, `facts` are (label, text), `remarks` sentences.

    `correction` says of a newer public version what changed and why; empty where there is none to tell.
    """

    state: str
    heading: str
    facts: tuple[tuple[str, str], ...]
    remarks: tuple[str, ...]
    correction: tuple[str, str] | None
    sha256: str


def shown_verdict(found: Verdict, language: str, *, cells: bool) -> ShownVerdict:
    """The verdict in one language; `cells` False leaves out what differing cells should say."""
    _ = translations(language).gettext
    headings = {
        "unchanged": _("This workbook is unchanged since it was released."),
        "changed": _("This workbook was changed, or it is none of ours."),
        "unknown_key": _("This workbook is unchanged, but signed by somebody we do not know."),
    }
    return ShownVerdict(
        state=found.state,
        heading=headings[found.state],
        facts=tuple(_facts(found, language)),
        remarks=tuple(told(found if cells else replace(found, differences=()), language)),
        correction=_correction(found),
        sha256=found.sha256,
    )


def _facts(found: Verdict, language: str) -> list[tuple[str, str]]:
    """What it is: in this house with all names, elsewhere as the signature calls it."""
    _ = translations(language).gettext
    if found.statement is None:
        return []
    about, known = found.statement.release, found.known
    listed = known.file(about.get("file")) if known else None
    facts = []
    if known is not None and listed is not None:
        wave = known.release.wave
        facts = [
            (_("Agency"), listed.label or ""),
            (_("Survey"), _in(wave.survey.title, language)),
            (_("Wave"), _in(wave.title, language)),
        ]
    else:
        facts = [
            (_("Wave"), f"{about.get('survey')}/{about.get('wave')}"),
            (_("File"), str(about.get("file"))),
        ]
    return [
        *facts,
        (_("Release"), str(about.get("number"))),
        (_("Published on"), _day(about.get("published_on"), language)),
        (_("Signed with the key"), found.statement.key_id),
    ]


def _correction(found: Verdict) -> tuple[str, str] | None:
    """What the newest version changed and why, where everybody may read it."""
    if found.known is None:
        return None
    newest = found.known.newest
    if newest.number == found.known.release.number or not newest.public or newest.run is None:
        return None
    return newest.run.changes, newest.run.reason


def _day(text: object, language: str) -> str:
    try:
        return show_date(date.fromisoformat(str(text)), language)
    except ValueError:
        return "–"


def _in(titles: dict[str, str], language: str) -> str:
    return titles.get(language) or next(iter(titles.values()))
