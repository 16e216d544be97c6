"""The agencies as a tree of a chosen day, and one agency with everything that is known of it."""

from __future__ import annotations

from datetime import date

from flask import Response, request

from app import clock
from app.config import office_day
from app.figures import show_date
from app.manage.agency_words import agency_kinds, wave_states
from app.manage.blueprint import blueprint
from app.manage.fields import number_of_page
from app.office_pages import office_page, page_language
from app.queries.agencies import AgencyOnDay, get_tree
from app.queries.agency_history import Spell, get_history, newest_names
from app.queries.agency_lines import TreeLine, open_lines, search
from app.services.agencies.listing import parsed_day

PER_PAGE = 200


@blueprint.get("/agencies/")
def agencies() -> Response:
    """The tree of a day: its roots, the branch that is open, or what a search finds."""
    language = page_language()
    typed = request.args.get("on", "").strip()
    on = parsed_day(typed) or _today()
    tree = get_tree(on)
    opened = request.args.get("open", "")
    sought = request.args.get("q", "").strip()[:100]
    if sought:
        lines = [_found(one, len(tree.children(one.code))) for one in search(tree, sought)]
    else:
        lines = open_lines(tree, opened if opened in tree else None)
    page, pages = number_of_page(len(lines), PER_PAGE)
    shown = lines[(page - 1) * PER_PAGE : page * PER_PAGE]
    return office_page(
        "manage/agencies.html",
        on=on,
        typed=typed[:20] if typed and parsed_day(typed) is None else "",
        sought=sought,
        opened=opened if opened in tree and not sought else "",
        lines=shown,
        paths={line.agency.code: tree.path(line.agency.code)[:-1] for line in shown} if sought else {},
        label=lambda code: tree.label(code, language),
        count=len(tree.agencies),
        n_lines=len(lines),
        page=page,
        pages=pages,
        kinds=agency_kinds(language),
        date=lambda day: show_date(day, language),
    )


@blueprint.get("/agencies/at/<code>/")
def agency(code: str) -> Response:
    """One agency through time, and what can be done with it."""
    language = page_language()
    history = get_history(code)
    others = {spell.what for spell in (*history.parents, *history.below)}
    others |= {one for one, _on in history.merged_from} | ({history.heir} if history.heir else set())
    names = newest_names(others | {code})
    today = _today()

    def label(code: str) -> str:
        return AgencyOnDay(code, "", None, names.get(code, {})).label(language)

    return office_page(
        "manage/agency.html",
        history=history,
        agency=history.agency,
        name=label(code),
        label=label,
        below_today=[spell for spell in history.below if _holds(spell, today)],
        lives=history.agency.valid_to is None or history.agency.valid_to > today,
        kinds=agency_kinds(language),
        states=wave_states(language),
        today=today,
        date=lambda day: show_date(day, language),
    )


def _today() -> date:
    return office_day(clock.now())


def _holds(spell: Spell, day: date) -> bool:
    return spell.valid_from <= day and (spell.valid_to is None or day < spell.valid_to)


def _found(one: AgencyOnDay, below: int) -> TreeLine:
    return TreeLine(one, 0, below, False)
