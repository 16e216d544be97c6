"""Many links at once: for a branch of the tree, for days at its counters, or from a file; looked at before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Response, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as Redirection

from app import clock
from app.config import office_day
from app.figures import show_date
from app.manage.agency_words import agency_kinds
from app.manage.blueprint import blueprint
from app.manage.collectors import open_wave_of, read_day, read_target, takes_links, typed
from app.manage.fields import Told
from app.manage.naming import named_agency
from app.manage.wave_words import day_names
from app.manage.words import modes
from app.messages import translations
from app.models import Wave
from app.office_pages import office_page, page_language
from app.queries.agencies import get_tree
from app.services import fieldwork, uploads
from app.services.faults import Fault
from app.services.fieldwork import CollectorRow
from app.services.link_lists import COLUMNS, LinkList, branch_rows, days_between, read_link_list
from app.services.spoken import SpokenError
from app.services.spreadsheets import LARGEST_FILE
from surveys.quality import DAYS

UPLOAD = "links"
MOST_SHOWN = 100

# Marks a sentence for the catalogue; it is translated where the page is made.
_ = str

BOTH_DAYS = _("Write both the first and the last day, the last not before the first, or neither.")
NO_WEEKDAY = _("None of these days falls on a chosen weekday.")
NO_LIST = _("Choose a file, or there is nothing to look at.")
MENDED = _("No link was made. Mend the rows named below and send the file again.")


@blueprint.url_value_preprocessor
def allow_large_link_list(endpoint: str | None, _values: object) -> None:
    """A list of links is larger than any form; only who is signed in may send so much."""
    if endpoint == "manage.send_link_list" and current_user.is_authenticated:
        request.max_content_length = LARGEST_FILE + 64 * 1024


@blueprint.get("/<survey>/<wave>/links/many")
def many_links(survey: str, wave: str) -> Response:
    """The forms for many links."""
    return _page(open_wave_of(survey, wave), Told({"mode": "kiosk"}))


@blueprint.post("/<survey>/<wave>/links/many")
def add_many_links(survey: str, wave: str) -> Response | Redirection:
    """Show what would be made; with the number that was shown, make it."""
    found = open_wave_of(survey, wave)
    given = typed()
    faults: list[Fault] = []
    try:
        rows = _rows(found, given, faults)
        if given.get("seen") == str(len(rows)):
            facts = {name: given[name] for name in ("branch", "kind", "mode") if given.get(name)}
            fieldwork.add_collectors(found, rows, facts=facts)
            return redirect(url_for("manage.links", survey=survey, wave=wave), 303)
        return _page(found, Told(given), rows=rows)
    except fieldwork.CollectorsRefused as refused:
        return _page(found, Told.wrong(given, refused.faults, page_language()), status=422)
    except SpokenError as refused:
        return _page(found, Told(given, {"": refused.said(page_language())}), status=422)


@blueprint.post("/<survey>/<wave>/links/list")
def send_link_list(survey: str, wave: str) -> Response | Redirection:
    """Look at a file; where it may be taken in, it is kept until its sender confirms."""
    found = open_wave_of(survey, wave)
    file = request.files.get("file")
    language = page_language()
    if file is None or not file.filename:
        words = translations(language).gettext(NO_LIST)
        return _page(found, Told({"mode": "kiosk"}, {"file": words}), status=422)
    content = file.read()
    try:
        given = read_link_list(found, content)
    except SpokenError as refused:
        return _page(found, Told({"mode": "kiosk"}, {"file": refused.said(language)}), status=422)
    if given.faults:
        words = translations(language).gettext(MENDED)
        return _page(found, Told({"mode": "kiosk"}, {"file": words}), status=422, faults=given)
    kept = uploads.keep(current_user.number, _kind(found), file.filename, content)
    return redirect(url_for("manage.look_at_link_list", survey=survey, wave=wave, key=kept.key), 303)


@blueprint.get("/<survey>/<wave>/links/list/<key>")
def look_at_link_list(survey: str, wave: str, key: str) -> Response:
    """What the file would make, before it is confirmed."""
    found = open_wave_of(survey, wave)
    try:
        kept = uploads.find(current_user.number, _kind(found), key)
        given = read_link_list(found, kept.content)
    except SpokenError as refused:
        return _page(found, Told({"mode": "kiosk"}, {"file": refused.said(page_language())}), status=404)
    return _look(found, kept, given)


@blueprint.post("/<survey>/<wave>/links/list/<key>")
def take_in_link_list(survey: str, wave: str, key: str) -> Response | Redirection:
    """Make its links, once."""
    found = open_wave_of(survey, wave)
    language = page_language()
    try:
        kept = uploads.find(current_user.number, _kind(found), key)
        given = read_link_list(found, kept.content)
        fieldwork.add_collectors(found, given.rows, facts={"file": kept.name}, upload=kept)
    except fieldwork.CollectorsRefused as refused:
        return _look(found, kept, given, [one.said(language) for one in _in_file(given, refused)], 422)
    except SpokenError as refused:
        return _page(found, Told({"mode": "kiosk"}, {"file": refused.said(language)}), status=409)
    return redirect(url_for("manage.links", survey=survey, wave=wave), 303)


def _in_file(given: LinkList, refused: fieldwork.CollectorsRefused) -> list[Fault]:
    """The faults with the rows as the file counts them."""
    return [
        Fault(given.numbers[one.place - 1], one.sentence, one.facts) if isinstance(one.place, int) else one
        for one in refused.faults
    ]


def _kind(wave: Wave) -> str:
    """A file that was sent for one wave is not taken in for another."""
    return f"{UPLOAD} {wave.id}"


def _rows(wave: Wave, given: Mapping[str, str], faults: list[Fault]) -> list[CollectorRow]:
    tree = get_tree(wave.tree_date)
    top = named_agency(tree, given.get("branch", ""), "branch", faults)
    first, last = read_day(given, faults, "first_day"), read_day(given, faults, "last_day")
    target = read_target(given, faults)
    days = []
    if not faults and (first or last):
        if not (first and last and first <= last):
            faults.append(Fault("last_day", BOTH_DAYS))
        else:
            weekdays = [number for number, code in enumerate(DAYS) if given.get(f"on_{code}")]
            days = days_between(first, last, weekdays or range(5))
            if not days:
                faults.append(Fault("last_day", NO_WEEKDAY))
    if faults:
        raise fieldwork.CollectorsRefused(faults)
    return branch_rows(
        wave,
        top,
        given.get("kind", ""),
        mode=given.get("mode", ""),
        label=given.get("label", ""),
        days=days,
        target=target,
        language=page_language(),
    )


def _look(
    wave: Wave, kept: uploads.Kept, given: LinkList, problems: list[str] | None = None, status: int = 200
) -> Response:
    language = page_language()
    return office_page(
        "manage/link_list_look.html",
        status,
        wave=wave,
        kept=kept,
        given=given,
        problems=problems or [],
        takes=takes_links(wave),
        **_lines(wave, given.rows, language),
    )


def _page(
    wave: Wave,
    told: Told,
    *,
    status: int = 200,
    rows: list[CollectorRow] | None = None,
    faults: LinkList | None = None,
) -> Response:
    language = page_language()
    found = faults.faults if faults else ()
    return office_page(
        "manage/links_many.html",
        status,
        wave=wave,
        told=told,
        rows=rows,
        kinds=agency_kinds(language),
        days=day_names(language),
        columns=tuple(COLUMNS),
        faults=[one.said(language) for one in found[:MOST_SHOWN]],
        n_faults=len(found),
        takes=takes_links(wave),
        today=office_day(clock.now()),
        **_lines(wave, rows or (), language),
    )


def _lines(wave: Wave, rows: Sequence[CollectorRow], language: str) -> dict[str, object]:
    tree = get_tree(wave.tree_date)

    def name(code: str) -> str:
        return tree.label(code, language) if code in tree else code

    return {
        "count": len(rows),
        "lines": [(row, name(row.agency)) for row in rows[:MOST_SHOWN]],
        "modes": modes(language),
        "date": lambda day: show_date(day, language),
    }
