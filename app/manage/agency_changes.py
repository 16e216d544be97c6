"""Changing the agencies by hand: a form, a page that says exactly what would change, and the confirmation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from flask import Response, redirect, request, url_for
from werkzeug.exceptions import NotFound as NoSuchPage
from werkzeug.wrappers import Response as Redirection

from app import clock
from app.config import office_day
from app.figures import show_date
from app.manage.agency_words import agency_kinds, change_words, grant_effects, wave_states
from app.manage.blueprint import blueprint
from app.manage.naming import named_agency
from app.messages import languages, translations
from app.models import Agency
from app.office_pages import office_page, page_language
from app.queries.agencies import AgencyOnDay, get_agency, get_tree
from app.queries.agency_history import newest_names
from app.services.agencies import AgenciesRefused, AgencyRow, ChangeRefused, Effect
from app.services.agencies import changing as service
from app.services.agencies.listing import parsed_day
from app.services.faults import Fault

# Lines of a preview that one page shows; it says how many there are.
MOST_SHOWN = 200

CHANGES = ("rename", "move", "merge", "end")

# Marks a sentence for the catalogue; it is translated where the page is made.
_ = str

NO_DAY = _("Write the day from which it holds, as in 2026-03-31.")
NO_HEIR = _("Write the code or the name of the agency in which it goes up.")


@dataclass(frozen=True, slots=True)
class Told:
    """What the form says beside its fields: what was typed, what is wrong, by field or (under "") as a whole."""

    given: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    effect: Effect | None = None
    again: bool = False


class _Wrong(Exception):
    """The form cannot be read so."""

    def __init__(self, faults: list[Fault]):
        self.faults = faults


@blueprint.get("/agencies/new")
def new_agency() -> Response:
    """The form for an agency that begins."""
    return _page("new", None, Told({"valid_from": _today().isoformat()}))


@blueprint.post("/agencies/new")
def begin_agency() -> Response | Redirection:
    """Show what would change, or make it."""
    return _changed("new", None)


@blueprint.get("/agencies/at/<code>/<change>")
def change_agency(code: str, change: str) -> Response:
    """The form for one change of one agency."""
    agency = _agency(code, change)
    return _page(change, agency, Told(_begin_with(agency)))


@blueprint.post("/agencies/at/<code>/<change>")
def agency_changed(code: str, change: str) -> Response | Redirection:
    """Show what would change, or make it."""
    return _changed(change, _agency(code, change))


def _agency(code: str, change: str) -> Agency:
    if change not in CHANGES:
        raise NoSuchPage
    return get_agency(code)


def _changed(change: str, agency: Agency | None) -> Response | Redirection:
    language = page_language()
    given = {name: text.strip()[:300] for name, text in request.form.items() if name != "csrf_token"}
    again = False
    try:
        step = _step(change, agency, given)
        if seen := given.get("seen"):
            try:
                service.apply(step, seen=seen)
                target = agency.code if agency else given["code"]
                return redirect(url_for("manage.agency", code=target), 303)
            except service.NotAsSeen:
                again = True
        return _page(change, agency, Told(given, effect=service.preview(step), again=again))
    except _Wrong as wrong:
        errors = {str(fault.place): fault.said(language) for fault in wrong.faults}
    except ChangeRefused as refused:
        errors = {"": refused.said(language)}
    except AgenciesRefused as refused:
        fields = {
            "code_taken": "code",
            "unknown_parent": "parent",
            "parent_dates": "parent",
            "dates": "valid_from",
        }
        errors = {
            fields.get(one.rule, one.rule if one.rule in ("code", "kind") else ""): one.said(language)
            for one in refused.problems
        }
    return _page(change, agency, Told(given, errors), 422)


def _step(change: str, agency: Agency | None, given: Mapping[str, str]) -> service.Step:
    faults: list[Fault] = []
    name = "valid_from" if agency is None else "on"
    on = parsed_day(given.get(name, ""))
    if on is None:
        raise _Wrong([Fault(name, NO_DAY)])
    names = {language: given.get(f"name_{language}", "") for language in _name_languages(agency)}
    other = named_agency(get_tree(on), given.get("parent", ""), "parent", faults)
    if change == "merge" and not given.get("parent"):
        faults.append(Fault("parent", NO_HEIR))
    if faults:
        raise _Wrong(faults)
    if agency is None:
        return service.begin(_row(given, names, other, on))
    if change == "rename":
        return service.rename(agency.code, _filled(agency, names, on), on)
    if change == "move":
        return service.move(agency.code, other, on)
    if change == "merge":
        return service.merge(agency.code, other or "", on)
    return service.end(agency.code, on)


def _row(given: Mapping[str, str], names: Mapping[str, str], parent: str | None, on: date) -> AgencyRow:
    return AgencyRow(
        code=given.get("code", ""),
        kind=given.get("kind", ""),
        names={language: text for language, text in names.items() if text},
        valid_from=on,
        parent=parent,
    )


def _filled(agency: Agency, names: Mapping[str, str], on: date) -> dict[str, str]:
    """What was typed; a language in which it never had a name may stay without one."""
    has = {one.language for one in agency.names}
    return {language: text for language, text in names.items() if text or language in has}


def _begin_with(agency: Agency) -> dict[str, str]:
    """The form as it opens: the names and the day of today, and the parent of today."""
    today = _today()
    tree = get_tree(today)
    given = {"on": today.isoformat()}
    if agency.code in tree:
        now = tree.get(agency.code)
        given |= {f"name_{language}": name for language, name in now.names.items()}
    return given


def _name_languages(agency: Agency | None) -> list[str]:
    has = {one.language for one in agency.names} if agency else set()
    return sorted({*has, *languages()}, key=lambda code: (code != "vi", code))


def _today() -> date:
    return office_day(clock.now())


def _page(change: str, agency: Agency | None, told: Told, status: int = 200) -> Response:
    language = page_language()
    title, button = _words(change, language)
    name = ""
    if agency is not None:
        name = AgencyOnDay(agency.code, "", None, newest_names({agency.code})[agency.code]).label(language)
    return office_page(
        "manage/agency_change.html",
        status,
        change=change,
        agency=agency,
        name=name,
        title=title,
        button=button,
        told=told,
        languages=_name_languages(agency),
        kinds=agency_kinds(language),
        **effect_words(told.effect, language),
    )


def effect_words(effect: Effect | None, language: str) -> dict[str, object]:
    """What the part of a page that shows an effect needs."""

    def label(code: str) -> str:
        names = effect.names.get(code, {}) if effect else {}
        return AgencyOnDay(code, "", None, dict(names)).label(language)

    return {
        "effect": effect,
        "shown": effect.changes[:MOST_SHOWN] if effect else (),
        "label": label,
        "change_words": change_words(language),
        "grant_effects": grant_effects(language),
        "states": wave_states(language),
        "date": lambda day: show_date(day, language),
    }


def _words(change: str, language: str) -> tuple[str, str]:
    _ = translations(language).gettext
    return {
        "new": (_("A new agency"), _("Begin it")),
        "rename": (_("Give another name"), _("Rename it")),
        "move": (_("Move under another agency"), _("Move it")),
        "merge": (_("Merge into another agency"), _("Merge it")),
        "end": (_("End the agency"), _("End it")),
    }[change]
