"""Put a form aside that is not finished, and draw it again on whatever device asks for it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from babel.dates import format_datetime
from flask import Response, url_for

from app.config import OFFICE_TIME
from app.messages import locale
from app.respond import pages, words
from app.respond.answering import Ask, together
from app.respond.carrying import Raw
from app.respond.languages import language_of_words
from app.respond.links import Link, find_version
from app.respond.posting import Post
from app.respond.refusals import Refused
from app.services import drafts


def put_aside(link: Link, post: Post, earlier: Raw) -> Response:
    """Keep what was answered so far, and tell the code. Raises Refused("closed_to_drafts")."""
    response_id = post.response_id or str(uuid4())
    content = {
        "id": response_id,
        "instrument": post.version.instrument.identity,
        "raw": together(post, earlier),
        "section": post.section,
        "at": post.at,
        "started": post.started_at.isoformat() if post.started_at else None,
        "slip": post.slip,
        "interviewer": post.interviewer,
    }
    try:
        saved = drafts.save(link.collector.id, response_id, content)
    except drafts.DraftsClosed:
        raise Refused("closed_to_drafts") from None
    body = words.render(
        "respond/saved.html",
        post.language,
        code=saved.code,
        until=_moment(saved.until, language_of_words(post.language)),
        address=url_for("respond.ask_resume", code=link.code, _external=True),
        resume=url_for("respond.ask_resume", code=link.code, lang=post.language),
    )
    return pages.private(body, 200)


def draw(link: Link, language: str, kept: dict[str, Any], *, scripted: bool) -> Response:
    """The form as it was put aside, in this language. Raises Refused("wrong_instrument")."""
    version = find_version(link, kept["instrument"])
    sections = [section.code for section in version.instrument.sections]
    section = None
    if link.layout == "sections" and not scripted:
        # Put aside by script it has no section of its own, and `at` is where the reader was.
        section = next((one for one in (kept["section"], kept["at"]) if one in sections), sections[0])
    post = Post(
        version=version,
        response_id=kept["id"],
        raw=kept["raw"],
        language=language,
        section=section,
        carried="",
        go="next",
        confirmed=frozenset(),
        switch=None,
        at=kept["section"] or kept["at"],
        started_at=datetime.fromisoformat(kept["started"]) if kept["started"] else None,
        sent_at=None,
        slip=kept["slip"],
        interviewer=kept["interviewer"],
        save=False,
    )
    action = None if scripted else url_for("respond.opened_plain", code=link.code, response_id=kept["id"])
    return pages.form_again(link, post, Ask(language, section, kept["raw"]), scripted=scripted, action=action)


def _moment(moment: datetime, language: str) -> str:
    pattern = {"vi": "HH:mm 'ngày' dd/MM/y"}.get(language, "d MMMM y, HH:mm")
    return format_datetime(moment.astimezone(OFFICE_TIME), pattern, locale=locale(language))
