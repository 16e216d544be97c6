"""The steps of a wave: opened, closed, frozen; each on a page that says what happens and what cannot be undone."""

from __future__ import annotations

from datetime import datetime

from babel.dates import format_datetime
from babel.numbers import format_decimal
from flask import Response, redirect, request, url_for
from werkzeug.exceptions import NotFound as NoSuchPage
from werkzeug.wrappers import Response as Redirection

from app import clock
from app.config import OFFICE_TIME
from app.figures import show_date
from app.manage.blueprint import blueprint
from app.manage.wave_words import kinds_of_wave
from app.messages import locale, translations
from app.models import Wave
from app.office_pages import office_page, page_language
from app.queries.collectors import list_collectors
from app.queries.responses import count_responses
from app.queries.waves import get_wave
from app.services import fieldwork, snapshots
from app.services.errors import ServiceError
from app.services.jobs.running import DISK_FULL, is_disk_full
from app.services.spoken import SpokenError

# The state a wave must be in for each step.
NEEDED = {"open": "planned", "close": "open", "freeze": "closed"}

# Marks a sentence for the catalogue; it is translated where the page is made.
_ = str

UNSURE = _("Say that you have read what cannot be undone.")
OTHER_STATE = _("The wave is not in the state that this step needs; nothing was changed.")


@blueprint.get("/<survey>/<wave>/steps/<step>")
def step(survey: str, wave: str, step: str) -> Response:
    """What the step would do, and what keeps it from being done."""
    return _page(_wave(survey, wave, step), step)


@blueprint.post("/<survey>/<wave>/steps/<step>")
def take_step(survey: str, wave: str, step: str) -> Response | Redirection:
    """Do it."""
    found = _wave(survey, wave, step)
    language = page_language()
    _ = translations(language).gettext
    if request.form.get("sure") != "1":
        return _page(found, step, _(UNSURE), 422)
    try:
        if step == "open":
            fieldwork.open_wave(found, now=clock.now())
        elif step == "close":
            fieldwork.close_wave(found, now=clock.now())
        else:
            snapshots.freeze(found, now=clock.now())
    except SpokenError as refused:
        return _page(found, step, refused.said(language), 409)
    except ServiceError:
        return _page(found, step, _(OTHER_STATE), 409)
    except Exception as error:
        if not is_disk_full(error):
            raise
        return _page(found, step, _(DISK_FULL), 507)
    return redirect(url_for("manage.wave", survey=survey, wave=wave), 303)


def _wave(survey: str, wave: str, step: str) -> Wave:
    if step not in NEEDED:
        raise NoSuchPage
    return get_wave(survey, wave)


def _page(wave: Wave, step: str, problem: str = "", status: int = 200) -> Response:
    language = page_language()
    reasons = fieldwork.why_not_open(wave, clock.now()) if step == "open" and wave.state == "planned" else []
    fits = wave.state == NEEDED[step] and not (step == "freeze" and wave.snapshot_sha256)

    def moment(when: datetime) -> str:
        return format_datetime(when, "short", tzinfo=OFFICE_TIME, locale=locale(language))

    return office_page(
        "manage/step.html",
        status,
        wave=wave,
        step=step,
        problem=problem,
        reasons=[one.said(language) for one in reasons],
        fits=fits and not reasons,
        wrong_state=not fits,
        links=len([one for one in list_collectors(wave) if one.state == "open"]),
        counted=count_responses(wave, "counted"),
        now=clock.now(),
        kind=kinds_of_wave(language)[wave.wave_kind],
        days=fieldwork.LATE_AFTER_CLOSE.days,
        date=lambda day: show_date(day, language),
        moment=moment,
        figure=lambda count: format_decimal(count, locale=locale(language)),
    )
