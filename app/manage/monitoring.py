"""How the fieldwork of a wave goes: a page that its own small module fetches again every half minute."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from babel.dates import format_datetime, format_timedelta
from babel.numbers import format_decimal
from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as Redirection

from app import clock
from app.config import OFFICE_TIME
from app.figures import show_date
from app.manage.blueprint import blueprint
from app.manage.fields import MOST_DIGITS, whole_number
from app.manage.finding import entered_agencies, entered_wave
from app.manage.words import flag_names, modes
from app.messages import locale
from app.models import Wave
from app.office_pages import office_page, page_language
from app.queries.errors import NotFound
from app.queries.waves import get_wave
from app.services import targets
from app.services.monitoring import MOST_NAMED, PLACES_PER_PAGE, QUIET_AFTER, monitor


@dataclass(frozen=True, slots=True)
class Shown:
    """How numbers and times of this page are written in the reader's language."""

    language: str

    def figure(self, count: int) -> str:
        return format_decimal(count, locale=locale(self.language))

    def share(self, value: float | None) -> str:
        """Per cent, or points of it, with one decimal."""
        return "–" if value is None else format_decimal(value, format="#,##0.0", locale=locale(self.language))

    def exact(self, value: float) -> str:
        return format_decimal(value, format="#,##0.00", locale=locale(self.language))

    def moment(self, when: datetime) -> str:
        return format_datetime(when, "short", tzinfo=OFFICE_TIME, locale=locale(self.language))

    def clock(self, when: datetime) -> str:
        return when.astimezone(OFFICE_TIME).strftime("%H:%M:%S")

    def span(self, time: timedelta) -> str:
        return format_timedelta(time, threshold=2, locale=locale(self.language))


@blueprint.get("/<survey>/<wave>/monitoring")
def monitoring(survey: str, wave: str) -> Response:
    """The wave as it stands now, or one branch of its tree."""
    return _page(entered_wave(survey, wave))


@blueprint.post("/<survey>/<wave>/monitoring")
def set_targets(survey: str, wave: str) -> Response | Redirection:
    """Give every link of the branch the same target."""
    found = get_wave(survey, wave)
    typed, branch = request.form.get("target", "").strip(), request.args.get("branch") or None
    target = whole_number(request.form, "target")
    try:
        if typed and target is None:
            raise targets.TargetRefused(targets.NO_TARGET, most=targets.MOST)
        targets.set_targets(found, target, branch)
    except targets.TargetRefused as refused:
        return _page(found, refused.said(page_language()), typed)
    return redirect(url_for("manage.monitoring", survey=survey, wave=wave, branch=branch), 303)


def _page(wave: Wave, problem: str = "", typed: str = "") -> Response:
    language, branch = page_language(), request.args.get("branch") or None
    seen = monitor(wave, clock.now(), branch=branch, page=_number_of_page(), within=entered_agencies(wave))
    return office_page(
        "manage/monitoring.html",
        422 if problem else 200,
        wave=wave,
        seen=seen,
        name=lambda code: seen.tree.label(code, language) if code in seen.tree else code,
        branches=[(code, len(seen.tree.path(code)) - 1) for code in seen.branches],
        modes=modes(language),
        flag_names=flag_names(language),
        shown=Shown(language),
        date=lambda day: show_date(day, language),
        problem=problem,
        typed=typed[:20],
        quiet_hours=int(QUIET_AFTER.total_seconds() // 3600),
        most_named=MOST_NAMED,
        per_page=PLACES_PER_PAGE,
    )


def _number_of_page() -> int:
    typed = request.args.get("page", "1")
    if not (typed.isascii() and typed.isdecimal() and len(typed) <= MOST_DIGITS):
        raise NotFound("page", typed[:20])
    return int(typed)
