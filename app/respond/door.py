"""What a link asks for before its form opens: a receipt slip at the desk, or an interviewer's code."""

from __future__ import annotations

import math
from typing import Literal

from flask import Request, Response, current_app, url_for

from app.respond import pages, words
from app.respond.links import Link
from app.respond.posting import Post
from app.services import slips
from app.tries import Tries

# Wrong codes per link and address within a quarter of an hour, in each process. A code of a slip has 40 bits of
# chance, one to resume 58, so this only keeps a guesser from being a burden.
ALLOWED = 20

LONGEST = 64

# Slips are for people with a form of their own before them; on a tablet the desk looks on.
ASKS_SLIP = frozenset(("qr", "kiosk"))

# Marks a sentence for the catalogue; it is translated where its page is rendered.
_ = str

PROBLEMS = {
    "unknown": _("We do not know this code. Check each sign; 0 and O, 1 and I are the same here."),
    "used": _("This slip has been used: one slip gives one answer. Ask at the desk for another."),
    "too_many": _("There were too many tries at this link. Wait %(minutes)s minutes, then try again."),
    "interviewer": _("No interviewer has this code. Check it, or ask your office."),
    "draft": _(
        "We find nothing under this code. Check each sign. A code is good for seven days, and ends when the "
        "answers are sent or the survey closes."
    ),
}


def asks_slip(link: Link) -> bool:
    """Whether the form of this link opens only with a slip."""
    return link.collector.slips and link.collector.mode in ASKS_SLIP


def tries() -> Tries:
    """Wrong codes of this process."""
    return current_app.extensions.setdefault("hailong-wrong-codes", Tries(ALLOWED))


def try_key(link: Link, request: Request) -> tuple[str, str]:
    """By link and address: a link must not be shut for all by one who guesses."""
    return link.code, request.remote_addr or ""


def carried(request: Request) -> dict[str, str]:
    """The codes in this address, to be carried into the next: a slip's, an interviewer's."""
    given = {name: request.args.get(name, "")[:LONGEST].strip() for name in ("slip", "interviewer")}
    return {name: code for name, code in given.items() if code and code.isprintable()}


def next_interview(link: Link, post: Post) -> str | None:
    """Where an interviewer goes on after an answer; None for everybody else."""
    if link.collector.mode != "interviewer":
        return None
    codes = {"interviewer": post.interviewer} if post.interviewer else {}
    return url_for("respond.opened", code=link.code, lang=post.language, **codes)


def with_slip(link: Link, language: str, request: Request, *, scripted: bool) -> Response:
    """The form if the code in the address is a slip that is still good, else the page that asks for one."""
    typed = request.args.get("slip", "")[:LONGEST]
    if not slips.normalise(typed):
        return ask(link, language, "slip")
    key = try_key(link, request)
    if wait := tries().begin(key):
        return ask(link, language, "slip", "too_many", wait=wait)
    standing: Literal["good", "used", "unknown"] = slips.standing(link.collector, typed)
    if standing != "unknown":
        tries().forgive(key)
    if standing != "good":
        return ask(link, language, "slip", standing, typed=typed)
    return pages.own_form(link, language, scripted=scripted, slip=slips.normalise(typed))


def ask(
    link: Link,
    language: str,
    what: Literal["slip", "interviewer", "draft"],
    problem: str = "",
    *,
    typed: str = "",
    wait: int = 0,
    plain: bool = False,
) -> Response:
    """The page that asks for one code; `problem` is a key of PROBLEMS."""
    minutes = math.ceil(wait / 60)
    action = {
        "slip": url_for("respond.opened", code=link.code),
        "interviewer": url_for("respond.ask_interviewer", code=link.code),
        "draft": url_for("respond.ask_resume", code=link.code),
    }[what]
    body = words.render(
        "respond/code.html",
        language,
        what=what,
        action=action,
        problem=PROBLEMS.get(problem, ""),
        facts={"minutes": minutes},
        typed=typed,
        plain=plain,
        languages=link.languages,
        place=link.place(language),
        title=link.version.instrument.title[language],
        back=url_for("respond.opened", code=link.code, lang=language),
    )
    response = pages.private(body, 429 if wait else 422 if problem else 200)
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response
