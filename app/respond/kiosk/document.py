"""The kiosk's one document: every section and item in every language, drawn once for everybody.

It is a function of (instrument version, languages, collector, the link for phones) and holds nothing of the
device and nothing of a citizen: the script clones the parts of one language for each of them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import segno
from flask import Response, render_template, request, url_for
from markupsafe import Markup

from app.answer_sentences import missing_sentence
from app.queries.devices import find_phone_link
from app.respond import words
from app.respond.empty_pages import EmptyPages, respond_with
from app.respond.kiosk.faces import faces_of
from app.respond.kiosk.rules import rules_of
from app.respond.links import Link
from app.respond.rated import list_rated
from app.respond.shown import show

# Everything that the document's script imports, so that a browser fetches all of it at once.
MODULES = (
    "kiosk/answers.js",
    "kiosk/checks.js",
    "kiosk/device.js",
    "kiosk/exit_code.js",
    "kiosk/idle.js",
    "kiosk/offline.js",
    "kiosk/queue.js",
    "kiosk/queue_export.js",
    "kiosk/queue_sending.js",
    "kiosk/queue_store.js",
    "kiosk/receipt.js",
    "kiosk/sha256.js",
    "kiosk/speech.js",
    "kiosk/staff.js",
    "routing.js",
)

_documents = EmptyPages()


@dataclass(frozen=True, slots=True)
class KioskState:
    """What the item templates ask of a page; see `app.respond.pages.FormState`."""

    scripted: bool = True
    layout: str = "sections"
    values: dict[str, list[str]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    faces: dict[str, dict[str, int]] = field(default_factory=dict)


def kiosk_document(link: Link) -> Response:
    """The document of this link, from the cache where it is there."""
    place = link.collector
    phone = find_phone_link(place.wave.id, place.agency_id, place.label)
    address = url_for("respond.opened", code=phone.code, _external=True) if phone else None
    key = (link.version, link.languages, link.code, link.collector.slips, address, request.script_root)
    return respond_with(_documents.get(key, lambda: _draw(link, address)), request)


def _draw(link: Link, phone: str | None) -> str:
    spoken = [each for each in link.languages if each in link.version.instrument.languages]
    parts = {language: _part(link, language, spoken, phone) for language in spoken}
    return render_template(
        "respond/kiosk/document.html",
        language=spoken[0],
        direction=words.direction,
        collector=link.code,
        instrument=link.version.instrument.identity,
        titles={language: show(link.version, language).title for language in spoken},
        parts=parts,
        modules=MODULES,
    )


@dataclass(frozen=True, slots=True)
class Part:
    """What the document holds in one language."""

    screens: Markup
    without_script: Markup


def _part(link: Link, language: str, spoken: list[str], phone: str | None) -> Part:
    """Every screen in one language."""

    def missing(control: str) -> str:
        return missing_sentence(control, language)

    instrument = link.version.instrument
    at = link.collector
    rated = list_rated(instrument, at.wave.tree_date, at.agency_id, language)
    shown = show(link.version, language, rated)
    screens = words.render(
        "respond/kiosk/screens.html",
        language,
        shown=shown,
        state=KioskState(faces=faces_of(instrument)),
        rules=json.dumps(rules_of(instrument, language), ensure_ascii=False, separators=(",", ":")),
        languages=spoken,
        place=link.place(language),
        phone=phone,
        square=_square(phone) if phone else None,
        slips=link.collector.slips,
        missing=missing,
    )
    return Part(Markup(screens), Markup(words.render("respond/kiosk/without_script.html", language)))


def _square(address: str) -> Markup:
    """The address as a QR code: a picture without style or size of its own, dark on light in any colours."""
    code = segno.make(address, error="m", micro=False)
    return Markup(code.svg_inline(omitsize=True, svgclass="square", lineclass=None, border=4, light="#fff"))
