"""The pages a respondent sees, drawn from records; the views choose among them."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from flask import Response, make_response, request, url_for

from app.answer_sentences import missing_sentence
from app.respond import words
from app.respond.answering import Ask, neighbours
from app.respond.carrying import pack
from app.respond.empty_pages import EmptyPages, respond_with
from app.respond.links import Link
from app.respond.posting import Post
from app.respond.rated import RatedAgency, list_rated
from app.respond.refusals import Message
from app.respond.shown import ShownInstrument, ShownItem, ShownSection, show
from app.respond.versions import Version

_empty = EmptyPages()

# Pages of thanks as the texts around their receipt codes: nothing else in them differs between two people.
_thanks: dict[Hashable, list[str]] = {}
_RECEIPT = "\N{OBJECT REPLACEMENT CHARACTER}"
THANKS_KEPT = 256


@dataclass(frozen=True, slots=True)
class FormState:
    """What one drawing of the form differs in from another; the defaults are those of the empty page.

    `scripted`: the page makes its id by script and holds every section; else the id stands in its address.
    `section`: code of the one section on the page, None where all are. `action` None: the page's own
    address. `again`: it was shown before, so it begins with what there is to do.
    """

    shown: ShownInstrument
    sections: tuple[ShownSection, ...]
    languages: tuple[str, ...]
    layout: str
    scripted: bool
    action: str | None = None
    plain_url: str | None = None
    section: str | None = None
    first: bool = True
    again: bool = False
    last: bool = False
    response_id: str = ""
    started: str = ""
    at: str = ""
    carried: str = ""
    values: dict[str, list[str]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    dropped: tuple[ShownItem, ...] = ()
    confirmed: tuple[str, ...] = ()
    resend: bool = False
    slip: str = ""
    interviewer: str = ""
    resume_url: str | None = None
    interviewer_url: str | None = None


def empty_form(link: Link, language: str, *, scripted: bool) -> Response:
    """The form as everybody gets it, from the cache where it is there."""
    key = (link.version, language, link.languages, link.layout, link.code, scripted, request.script_root)
    page = _empty.get(key, lambda: _draw(link, language, _state(link, link.version, language, scripted)))
    return respond_with(page, request)


def own_form(link: Link, language: str, *, scripted: bool, slip: str = "", interviewer: str = "") -> Response:
    """The empty form with a code in it that is this one person's: never kept by anyone."""
    state = _state(link, link.version, language, scripted)
    codes = {name: code for name, code in (("slip", slip), ("interviewer", interviewer)) if code}
    if scripted:
        plain_url = url_for("respond.begun", code=link.code, lang=language, **codes)
        state = replace(state, plain_url=plain_url)
    return private(_draw(link, language, replace(state, **codes)), 200)


def form_again(link: Link, post: Post, ask: Ask, *, scripted: bool, action: str | None = None) -> Response:
    """The form with what was answered so far, for this one person: never kept by anyone.

    `action` is where it is sent, None: where a form of its kind is sent from its own address.
    """
    state = replace(
        _state(link, post.version, ask.language, scripted, ask.section),
        response_id=(post.response_id or str(uuid4())) if scripted else "",
        started=post.started_at.isoformat() if post.started_at else "",
        at=post.at,
        again=True,
        values=ask.raw,
        errors=ask.errors,
        resend=ask.resend,
        slip=post.slip or "",
        interviewer=post.interviewer or "",
    )
    if action is not None:
        state = replace(state, action=action)
    if ask.dropped:
        items = {item.code: item for item in state.shown.items}
        told = [code for code in items if code in post.confirmed.union(ask.dropped)]
        state = replace(state, dropped=tuple(items[code] for code in ask.dropped), confirmed=tuple(told))
    if ask.section:
        before, after = neighbours(post, ask.section, ask.raw, link.agencies(post.version))
        state = replace(
            state,
            first=before is None,
            last=after is None,
            carried=pack(signed_for(link, post), ask.raw),
        )
    status = 422 if ask.errors or ask.dropped or ask.resend else 200
    return private(_draw(link, ask.language, state), status)


def signed_for(link: Link, post: Post) -> tuple[str, ...]:
    """Where alone carried answers are valid."""
    return (link.code, post.response_id or "", post.version.instrument.identity)


def thanks(post: Post, message: Message, receipt: str, again: str | None = None) -> Response:
    """What became of the answers, with the receipt code; `again` leads to the next interview."""
    key = (message, post.version, post.language, request.script_root, again)
    around = _thanks.get(key)
    if around is None:
        shown = show(post.version, post.language)
        context = {"message": message, "receipt": _RECEIPT, "shown": shown, "again": again}
        around = words.render("respond/thanks.html", post.language, **context).split(_RECEIPT)
        if len(_thanks) >= THANKS_KEPT:
            _thanks.clear()
        _thanks[key] = around
    return private(receipt.join(around), message.status)


def refusal(reason: Message, language: str, code: str | None) -> Response:
    """One clear sentence, and the way to the empty form where there is one."""
    link = url_for("respond.opened", code=code, lang=language) if reason.again and code else None
    return private(words.render("respond/message.html", language, message=reason, link=link), reason.status)


def _state(
    link: Link, version: Version, language: str, scripted: bool, section: str | None = None
) -> FormState:
    shown = show(version, language, _rated(link, version, language))
    spoken = tuple(each for each in link.languages if each in version.instrument.languages)
    state = FormState(shown, shown.sections, spoken, link.layout, scripted)
    if link.collector.mode == "interviewer":
        state = replace(
            state, interviewer_url=url_for("respond.ask_interviewer", code=link.code, lang=language)
        )
    elif link.collector.mode != "kiosk":
        # A tablet is nobody's own: what is put aside there would be left to the next person.
        state = replace(state, resume_url=url_for("respond.ask_resume", code=link.code, lang=language))
    if scripted:
        return replace(
            state,
            # Another address than that of the page: a browser that loses the connection puts its error page in
            # place of a page with the same address, and then there is no way back to the answers.
            action=url_for("respond.opened", code=link.code, form="sent"),
            plain_url=url_for("respond.begun", code=link.code, lang=language),
        )
    if link.layout == "one_page":
        return state
    section = section or shown.sections[0].code
    here = tuple(each for each in shown.sections if each.code == section)
    return replace(state, section=section, sections=here, last=len(shown.sections) == 1)


def _rated(link: Link, version: Version, language: str) -> tuple[RatedAgency, ...]:
    place = link.collector
    return list_rated(version.instrument, place.wave.tree_date, place.agency_id, language)


def _draw(link: Link, language: str, state: FormState) -> str:
    def missing(control: str) -> str:
        return missing_sentence(control, language)

    context: dict[str, Any] = {"state": state, "shown": state.shown, "place": link.place(language)}
    return words.render("respond/form.html", language, missing=missing, **context)


def private(body: str, status: int) -> Response:
    """A page for one person: no cache keeps it."""
    response = make_response(body, status)
    response.cache_control.no_store = True
    return response
