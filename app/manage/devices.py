"""The tablets of a wave: make one, see how each is doing, give a new pairing code, revoke."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from babel.dates import format_datetime
from babel.numbers import format_decimal
from flask import Response, request
from werkzeug.wrappers import Response as Redirection

from app import clock
from app.config import OFFICE_TIME
from app.manage.blueprint import blueprint
from app.manage.finding import entered_collectors, entered_device, entered_devices, entered_wave
from app.messages import locale, translations
from app.models import Device, Wave
from app.office_pages import office_page, page_language
from app.queries.agencies import get_tree
from app.services import devices as service

FIELDS = ("collector", "name", "language", "idle_seconds", "exit_code")

# Marks a sentence for the catalogue; it is translated where the page is made.
_ = str

NO_LINK = _("Choose the desk where the tablet will stand.")
REVOKED = _("This tablet was revoked, and that is for good. Make a new one.")


@dataclass(frozen=True, slots=True)
class Told:
    """What a page says beside the list; `code` is a pairing code, shown now and never again."""

    given: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    device: Device | None = None
    code: str = ""


@blueprint.get("/<survey>/<wave>/devices")
def devices(survey: str, wave: str) -> Response:
    """Every tablet of the wave, and the form for another."""
    return _page(entered_wave(survey, wave), Told())


@blueprint.post("/<survey>/<wave>/devices")
def add_device(survey: str, wave: str) -> Response:
    """Make a tablet and show its pairing code."""
    found = entered_wave(survey, wave)
    _ = translations(page_language()).gettext
    given = {name: request.form.get(name, "").strip() for name in FIELDS}
    links = {str(link.number): link for link in entered_collectors(found)}
    if given["collector"] not in links:
        return _page(found, Told(given, {"collector": _(NO_LINK)}), 422)
    try:
        device, code = service.add_device(
            links[given["collector"]],
            given["name"],
            language=given["language"],
            idle_seconds=_whole(given["idle_seconds"]),
            exit_code=given["exit_code"],
        )
    except service.DeviceRefused as refused:
        errors = {fault.field: _(fault.sentence) % fault.facts for fault in refused.faults}
        return _page(found, Told(given, errors), 422)
    return _page(found, Told(device=device, code=code), 201)


@blueprint.post("/<survey>/<wave>/devices/<int:number>/code")
def renew_device(survey: str, wave: str, number: int) -> Response | Redirection:
    """A new pairing code for a tablet that was lost, cleared or exchanged."""
    found = entered_wave(survey, wave)
    device = entered_device(found, number)
    try:
        code = service.renew_pairing(device)
    except service.DeviceRevoked:
        problem = translations(page_language()).gettext(REVOKED)
        return _page(found, Told(problem=problem), 409)
    return _page(found, Told(device=device, code=code))


@blueprint.post("/<survey>/<wave>/devices/<int:number>/revoke")
def revoke_device(survey: str, wave: str, number: int) -> Response:
    """Take a tablet out of service."""
    found = entered_wave(survey, wave)
    service.revoke_device(entered_device(found, number))
    return _page(found, Told())


def _page(wave: Wave, told: Told, status: int = 200) -> Response:
    language = page_language()
    names = {one.code: one.label(language) for one in get_tree(wave.tree_date).agencies}
    links = [link for link in entered_collectors(wave) if link.mode == "kiosk" and link.state == "open"]

    def moment(when: object) -> str:
        return format_datetime(when, "short", tzinfo=OFFICE_TIME, locale=locale(language))

    return office_page(
        "manage/devices.html",
        status,
        wave=wave,
        links=links,
        devices=entered_devices(wave),
        names=names,
        now=clock.now(),
        told=told,
        moment=moment,
        figure=lambda count: format_decimal(count, locale=locale(language)),
        own_name=_own_name,
        limits=(service.LEAST_IDLE, service.IDLE_SECONDS, service.MOST_IDLE),
        minutes=int(service.PAIRING_VALID.total_seconds() // 60),
    )


def _own_name(language: str) -> str:
    """What a language calls itself, as the first word of a line."""
    name = locale(language).get_display_name(language) or language
    return name[0].upper() + name[1:]


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
