"""The links of a wave: listed, added, relabelled, revoked, and written out for a mail merge."""

from __future__ import annotations

import csv
import io
from datetime import date

from flask import Response, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as Redirection

from app.figures import show_date
from app.manage.blueprint import blueprint
from app.manage.fields import Told, number_of_page, whole_number
from app.manage.naming import named_agency
from app.manage.words import modes
from app.models import Collector, Wave
from app.office_pages import office_page, page_language
from app.queries.agencies import get_tree
from app.queries.agency_lines import folded
from app.queries.collectors import list_collectors
from app.queries.errors import NotFound
from app.queries.waves import get_wave
from app.services import fieldwork
from app.services.agencies.listing import BOM, parsed_day
from app.services.faults import Fault
from app.services.printing.addresses import public_address
from app.services.spoken import SpokenError

PER_PAGE = 100

# Marks a sentence for the catalogue; it is translated where the page is made.
_ = str

NO_DAY = _("Write the day as in 2026-03-31, or nothing.")
NO_TARGET = _("Write a whole number of answers, or nothing.")
NO_PLACE = _("Write the code or the name of the agency.")
UNSURE = _("Say that the link is to be closed for good.")


@blueprint.get("/<survey>/<wave>/links/")
def links(survey: str, wave: str) -> Response:
    """Every link, and the form for another."""
    return _page(open_wave_of(survey, wave), Told({"mode": "qr"}))


@blueprint.post("/<survey>/<wave>/links/")
def add_link(survey: str, wave: str) -> Response | Redirection:
    """One more link."""
    found = open_wave_of(survey, wave)
    given = typed()
    faults: list[Fault] = []
    tree = get_tree(found.tree_date)
    agency = named_agency(tree, given.get("agency", ""), "agency", faults)
    if agency is None and not faults:
        faults.append(Fault("agency", NO_PLACE))
    day, target = read_day(given, faults), read_target(given, faults)
    try:
        if faults:
            raise fieldwork.CollectorsRefused(faults)
        label = given.get("label") or tree.label(agency or "", page_language())
        row = fieldwork.CollectorRow(agency or "", label, given.get("mode", ""), day=day, target=target)
        (made,) = fieldwork.add_collectors(found, [row])
    except fieldwork.CollectorsRefused as refused:
        return _page(found, Told.wrong(given, refused.faults, page_language()), 422)
    except fieldwork.WrongState as refused:
        return _page(found, Told(given, {"": refused.said(page_language())}), 409)
    return redirect(url_for("manage.link", survey=survey, wave=wave, number=made.number), 303)


@blueprint.get("/<survey>/<wave>/links/<int:number>")
def link(survey: str, wave: str, number: int) -> Response:
    """One link: its words, its target, its place in the sample."""
    found = _link(open_wave_of(survey, wave), number)
    given = {"label": found.label, "target": "" if found.target is None else str(found.target)}
    return _link_page(found, Told(given))


@blueprint.post("/<survey>/<wave>/links/<int:number>")
def change_link(survey: str, wave: str, number: int) -> Response | Redirection:
    """Other words on it, another target."""
    found = _link(open_wave_of(survey, wave), number)
    given = typed()
    faults: list[Fault] = []
    target = read_target(given, faults)
    try:
        if faults:
            raise fieldwork.CollectorsRefused(faults)
        fieldwork.change_collector(found, label=given.get("label", ""), target=target)
    except fieldwork.CollectorsRefused as refused:
        return _link_page(found, Told.wrong(given, refused.faults, page_language()), 422)
    return redirect(url_for("manage.links", survey=survey, wave=wave), 303)


@blueprint.post("/<survey>/<wave>/links/<int:number>/revoke")
def revoke_link(survey: str, wave: str, number: int) -> Response | Redirection:
    """Close it for good."""
    found = _link(open_wave_of(survey, wave), number)
    if request.form.get("sure") != "1":
        given = {"label": found.label, "target": "" if found.target is None else str(found.target)}
        return _link_page(found, Told.wrong(given, [Fault("sure", UNSURE)], page_language()), 422)
    fieldwork.revoke_collector(found)
    return redirect(url_for("manage.links", survey=survey, wave=wave), 303)


@blueprint.get("/<survey>/<wave>/links/links.csv")
def links_file(survey: str, wave: str) -> Response:
    """Every open link with its address, for a mail merge."""
    found = open_wave_of(survey, wave)
    tree, language = get_tree(found.tree_date), page_language()
    try:
        server = public_address(request.args.get("address") or request.url_root)
    except SpokenError as refused:
        return _page(found, Told({"mode": "qr"}, {"address": refused.said(language)}), 422)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["number", "agency", "agency_name", "label", "mode", "day", "target", "address"])
    for one in list_collectors(found):
        if one.state == "open":
            name = tree.label(one.agency.code, language) if one.agency.code in tree else ""
            address = server + url_for("respond.opened", code=one.code)
            cells = [one.number, one.agency.code, name, one.label, one.mode, one.day, one.target, address]
            writer.writerow([_plain(cell) for cell in cells])
    response = make_response(BOM + out.getvalue())
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = (
        f'attachment; filename="links-{found.survey.code}-{found.code}.csv"'
    )
    response.cache_control.no_store = True
    return response


def open_wave_of(survey: str, wave: str) -> Wave:
    """A wave whose links the office makes; those of an anonymous one come with its invitations. Raises NotFound."""
    found = get_wave(survey, wave)
    if found.anonymous:
        raise NotFound("links of wave", f"{survey}/{wave}")
    return found


def typed() -> dict[str, str]:
    """What the form sent, trimmed."""
    return {name: text.strip()[:300] for name, text in request.form.items() if name != "csrf_token"}


def read_day(given: dict[str, str], faults: list[Fault], name: str = "day") -> date | None:
    """The day that was typed, None where nothing was."""
    day = parsed_day(given.get(name, ""))
    if given.get(name) and day is None:
        faults.append(Fault(name, NO_DAY))
    return day


def read_target(given: dict[str, str], faults: list[Fault]) -> int | None:
    """The target that was typed, None where nothing was."""
    target = whole_number(given, "target")
    if given.get("target") and target is None:
        faults.append(Fault("target", NO_TARGET))
    return target


def _plain(cell: object) -> str:
    """A text that no spreadsheet takes for a formula."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _link(wave: Wave, number: int) -> Collector:
    found = next((one for one in list_collectors(wave) if one.number == number), None)
    if found is None:
        raise NotFound("link", number)
    return found


def _page(wave: Wave, told: Told, status: int = 200) -> Response:
    language = page_language()
    tree = get_tree(wave.tree_date)
    sought = request.args.get("q", "").strip()[:100]
    names = {one.code: one.label(language) for one in tree.agencies}
    wanted = folded(sought)
    found = [
        one
        for one in list_collectors(wave)
        if not wanted
        or wanted in folded(f"{one.label} {names.get(one.agency.code, '')}")
        or one.agency.code.casefold() == wanted
    ]
    page, pages = number_of_page(len(found), PER_PAGE)
    return office_page(
        "manage/links.html",
        status,
        wave=wave,
        told=told,
        links=found[(page - 1) * PER_PAGE : page * PER_PAGE],
        count=len(found),
        sought=sought,
        page=page,
        pages=pages,
        names=names,
        modes=modes(language),
        takes=takes_links(wave),
        server=request.args.get("address") or request.url_root.rstrip("/"),
        date=lambda day: show_date(day, language),
    )


def takes_links(wave: Wave) -> bool:
    """Whether links can still be added."""
    return wave.state == "planned" or (wave.state == "open" and wave.wave_kind != "probability")


def _link_page(found: Collector, told: Told, status: int = 200) -> Response:
    language = page_language()
    tree = get_tree(found.wave.tree_date)
    code = found.agency.code
    return office_page(
        "manage/link.html",
        status,
        wave=found.wave,
        link=found,
        told=told,
        name=tree.label(code, language) if code in tree else code,
        modes=modes(language),
        date=lambda day: show_date(day, language),
    )
