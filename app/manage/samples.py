"""The sample of a wave: planned from a wish, drawn with a seed, looked at, and made into links, once."""

from __future__ import annotations

import csv
import io
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from babel.numbers import format_decimal
from flask import Response, make_response, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as Redirection

from app.figures import show_date
from app.manage.agency_words import agency_kinds
from app.manage.blueprint import blueprint
from app.manage.collectors import open_wave_of, read_day, typed
from app.manage.fields import Told, whole_number
from app.manage.link_lists import BOTH_DAYS
from app.manage.naming import named_agency
from app.manage.wave_words import day_names
from app.manage.words import modes
from app.messages import locale, translations
from app.models import Wave
from app.office_pages import office_page, page_language
from app.queries.agencies import get_tree
from app.queries.collectors import list_collectors
from app.services import samples as service
from app.services import uploads
from app.services.agencies.listing import BOM
from app.services.assembly.samples import Draw, Proposal, SampleRefused, Wish, draw, propose
from app.services.exporting.delimited import guarded
from app.services.faults import Fault, FaultsRefused
from app.services.link_lists import days_between
from app.services.spoken import SpokenError
from surveys.quality import DAYS

MOST_SHOWN = 200
MOST_SEED = 2**31

# Marks a sentence for the catalogue; it is translated where the page is made.
_ = str

ONE_WISH = _("Write either the margin that is wanted or the number of answers, not both.")
NO_MARGIN = _("Write the margin in percentage points, above 0 and below 50, as in 5.")
NO_COUNT = _("Write a whole number from 1 on.")
NO_SHARE = _("Write a share above 0 and up to 1, as in 0.6.")
NO_RHO = _("Write a number from 0 to 1, as in 0.05.")
NO_COST = _("Write a number from 0 on.")
NO_SEED = _("Write a whole number of at most nine digits, or nothing.")
NO_DAYS = _("Write the first and the last day of the fieldwork.")


@dataclass(frozen=True, slots=True)
class Shown:
    """What stands below the form: the plan, and the draw where one was made."""

    proposal: Proposal | None = None
    drawn: Draw | None = None
    hidden: Mapping[str, str] = field(default_factory=dict)


@blueprint.get("/<survey>/<wave>/samples/")
def samples(survey: str, wave: str) -> Response:
    """The form; or the sample that the wave has."""
    found = open_wave_of(survey, wave)
    given = {
        "design": "days",
        "per_psu": "20",
        "rho": "0.05",
        "response": "0.6",
        "mode": "kiosk",
        "margin": "5",
    }
    return _page(found, Told(given), Shown())


@blueprint.post("/<survey>/<wave>/samples/")
def plan_sample(survey: str, wave: str) -> Response | Redirection:
    """Show the plan, or draw, or take the draw that was shown."""
    found = open_wave_of(survey, wave)
    given, language = typed(), page_language()
    step = given.pop("step", "")
    shown = Shown()
    try:
        service.check_can_draw(found)
        proposal = _proposal(found, given)
        shown = Shown(proposal, hidden=given)
        if step not in ("draw", "take"):
            return _page(found, Told(given), shown)
        seed = _seed(given)
        drawn = draw(proposal, seed)
        given["seed"] = str(seed)
        if step == "draw":
            service.note_draw(found, proposal, drawn)
            return _page(found, Told(given), Shown(proposal, drawn, given))
        service.take_sample(
            found, proposal, drawn, seen=given.get("seen", ""), mode=given.get("mode", ""), language=language
        )
    except FaultsRefused as refused:
        return _page(found, Told.wrong(given, refused.faults, language), shown, 422)
    except SpokenError as refused:
        return _page(found, Told(given, {"": refused.said(language)}), shown, 422)
    return redirect(url_for("manage.samples", survey=survey, wave=wave), 303)


@blueprint.get("/<survey>/<wave>/samples/sample.csv")
def sample_file(survey: str, wave: str) -> Response:
    """The sample that the wave has: one line per drawn counter-day or agency."""
    found = open_wave_of(survey, wave)
    tree, language = get_tree(found.tree_date), page_language()
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(
        ["number", "agency", "agency_name", "day", "stratum", "cluster", "fpc", "base_weight", "target"]
    )
    for one in list_collectors(found):
        point = one.sample_point
        if point is not None:
            name = tree.label(one.agency.code, language) if one.agency.code in tree else ""
            cluster, fpc = "|".join(point.clusters), "|".join(map(str, point.fpc))
            target = "" if one.target is None else one.target
            where = (one.number, one.agency.code, name, one.day or "", point.stratum or "", cluster, fpc)
            writer.writerow((*guarded(where, (2,)), repr(point.base_weight), target))
    response = make_response(BOM + out.getvalue())
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = (
        f'attachment; filename="sample-{found.survey.code}-{found.code}.csv"'
    )
    response.cache_control.no_store = True
    return response


def _proposal(wave: Wave, given: dict[str, str]) -> Proposal:
    faults: list[Fault] = []
    top = named_agency(get_tree(wave.tree_date), given.get("branch", ""), "branch", faults)
    wish = _wish(wave, given, faults)
    if faults or wish is None:
        raise FaultsRefused(faults)
    volumes = _volumes(wave, given)
    return propose(service.frame_of(wave, top, given.get("kind", ""), volumes), wish)


def _wish(wave: Wave, given: Mapping[str, str], faults: list[Fault]) -> Wish | None:
    design = given.get("design", "")
    margin, total = _number(given, "margin"), whole_number(given, "total")
    if bool(given.get("margin")) == bool(given.get("total")):
        faults.append(Fault("margin", ONE_WISH))
    elif given.get("margin") and not (margin and 0 < margin < 50):
        faults.append(Fault("margin", NO_MARGIN))
    elif given.get("total") and not total:
        faults.append(Fault("total", NO_COUNT))
    per_psu = whole_number(given, "per_psu")
    if not per_psu:
        faults.append(Fault("per_psu", NO_COUNT))
    rho, response, cost = (_number(given, name) for name in ("rho", "response", "cost"))
    if rho is None or not 0 <= rho <= 1:
        faults.append(Fault("rho", NO_RHO))
    if response is None or not 0 < response <= 1:
        faults.append(Fault("response", NO_SHARE))
    if given.get("cost") and (cost is None or cost < 0):
        faults.append(Fault("cost", NO_COST))
    days = _days(given, faults)
    if faults or design not in ("days", "pps", "srs") or per_psu is None or rho is None or response is None:
        return None
    return Wish(
        design=design,  # type: ignore[arg-type]
        days=tuple(days),
        margin=margin if given.get("margin") else None,
        total=total if given.get("total") else None,
        per_psu=per_psu,
        level=wave.level,
        rho=rho,
        response=response,
        cost=cost or 0.0,
    )


def _days(given: Mapping[str, str], faults: list[Fault]) -> list[date]:
    sent = dict(given)
    first, last = read_day(sent, faults, "first_day"), read_day(sent, faults, "last_day")
    if first is None or last is None:
        faults.append(Fault("first_day", NO_DAYS))
        return []
    if last < first:
        faults.append(Fault("last_day", BOTH_DAYS))
        return []
    weekdays = [number for number, code in enumerate(DAYS) if given.get(f"on_{code}")]
    return days_between(first, last, weekdays or range(5))


def _volumes(wave: Wave, given: dict[str, str]) -> dict[str, float] | None:
    """Those of a file that is sent now or was sent with the plan; None: the transactions served that are known."""
    file = request.files.get("file")
    kind = f"{service.UPLOAD} {wave.id}"
    if file is not None and file.filename:
        content = file.read()
        found = service.read_volumes(content)
        given["volumes"] = uploads.keep(current_user.number, kind, file.filename, content).key
        return found
    if given.get("volumes"):
        return service.read_volumes(uploads.find(current_user.number, kind, given["volumes"]).content)
    return None


def _seed(given: Mapping[str, str]) -> int:
    if not given.get("seed"):
        return secrets.randbelow(MOST_SEED)
    seed = given["seed"]
    if not (seed.isascii() and seed.isdecimal() and len(seed) <= 10):
        raise FaultsRefused([Fault("seed", NO_SEED)])
    return int(seed)


def _number(given: Mapping[str, str], name: str) -> float | None:
    text = given.get(name, "").replace(",", ".")
    try:
        found = float(text) if len(text) <= 20 else None
    except ValueError:
        return None
    return found if found is not None and abs(found) < 1e12 else None


def _page(wave: Wave, told: Told, shown: Shown, status: int = 200) -> Response:
    language = page_language()
    tree = get_tree(wave.tree_date)
    problem = ""
    try:
        service.check_can_draw(wave)
    except SampleRefused as refused:
        problem = refused.said(language)
    points = [one for one in list_collectors(wave) if one.sample_point is not None]
    return office_page(
        "manage/samples.html",
        status,
        wave=wave,
        told=told,
        shown=shown,
        strata=shown.proposal.strata[:MOST_SHOWN] if shown.proposal else (),
        lines=shown.drawn.lines[:MOST_SHOWN] if shown.drawn else (),
        points=points[:MOST_SHOWN],
        n_points=len(points),
        closed=problem,
        designs=_designs(language),
        kinds=agency_kinds(language),
        modes=modes(language),
        days=day_names(language),
        name=lambda code: tree.label(code, language) if code in tree else (code or "–"),
        date=lambda day: show_date(day, language),
        figure=lambda count: format_decimal(count, locale=locale(language)),
        exact=lambda value: format_decimal(value, format="#,##0.####", locale=locale(language)),
        share=lambda value: format_decimal(value, format="#,##0.0", locale=locale(language)),
    )


def _designs(language: str) -> dict[str, str]:
    _ = translations(language).gettext
    return {
        "days": _("days at every counter: each agency gets figures of its own"),
        "pps": _("agencies by size, within the agency above them"),
        "srs": _("agencies at random, within the agency above them"),
    }
