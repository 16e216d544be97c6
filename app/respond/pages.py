"""The pages a respondent sees, drawn from records; the views choose among them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from flask import Response, make_response, request, url_for

from app.respond import words
from app.respond.answering import Ask, neighbours
from app.respond.carrying import pack
from app.respond.empty_pages import EmptyPages, respond_with
from app.respond.links import Link
from app.respond.posting import Post
from app.respond.refusals import Message
from app.respond.sentences import missing_sentence
from app.respond.shown import ShownInstrument, ShownItem, ShownSection, show
from app.respond.versions import Version

_empty = EmptyPages()


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


def empty_form(link: Link, language: str, *, scripted: bool) -> Response:
    """The form as everybody gets it, from the cache where it is there."""
    key = (link.version, language, link.languages, link.layout, link.code, scripted, request.script_root)
    page = _empty.get(key, lambda: _draw(link, language, _state(link, link.version, language, scripted)))
    return respond_with(page, request)


def form_again(link: Link, post: Post, ask: Ask, *, scripted: bool) -> Response:
    """The form with what was answered so far, for this one person: never kept by anyone."""
    state = replace(
        _state(link, post.version, ask.language, scripted, ask.section),
        response_id=(post.response_id or str(uuid4())) if scripted else "",
        started=post.started_at.isoformat() if post.started_at else "",
        at=post.at,
        again=True,
        values=ask.raw,
        errors=ask.errors,
        resend=ask.resend,
    )
    if ask.dropped:
        items = {item.code: item for item in state.shown.items}
        told = [code for code in items if code in post.confirmed.union(ask.dropped)]
        state = replace(state, dropped=tuple(items[code] for code in ask.dropped), confirmed=tuple(told))
    if ask.section:
        before, after = neighbours(post, ask.section, ask.raw)
        state = replace(
            state,
            first=before is None,
            last=after is None,
            carried=pack(signed_for(link, post), ask.raw),
        )
    status = 422 if ask.errors or ask.dropped or ask.resend else 200
    return _private(_draw(link, ask.language, state), status)


def signed_for(link: Link, post: Post) -> tuple[str, ...]:
    """Where alone carried answers are valid."""
    return (link.code, post.response_id or "", post.version.instrument.identity)


def thanks(post: Post, message: Message, receipt: str) -> Response:
    """What became of the answers, with the receipt code."""
    shown = show(post.version, post.language)
    page = words.render("respond/thanks.html", post.language, message=message, receipt=receipt, shown=shown)
    return _private(page, message.status)


def refusal(reason: Message, language: str, code: str | None) -> Response:
    """One clear sentence, and the way to the empty form where there is one."""
    link = url_for("respond.opened", code=code, lang=language) if reason.again and code else None
    return _private(words.render("respond/message.html", language, message=reason, link=link), reason.status)


def _state(
    link: Link, version: Version, language: str, scripted: bool, section: str | None = None
) -> FormState:
    shown = show(version, language)
    spoken = tuple(each for each in link.languages if each in version.instrument.languages)
    state = FormState(shown, shown.sections, spoken, link.layout, scripted)
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


def _draw(link: Link, language: str, state: FormState) -> str:
    def missing(control: str) -> str:
        return missing_sentence(control, language)

    context: dict[str, Any] = {"state": state, "shown": state.shown, "place": link.place(language)}
    return words.render("respond/form.html", language, missing=missing, **context)


def _private(body: str, status: int) -> Response:
    response = make_response(body, status)
    response.cache_control.no_store = True
    return response
