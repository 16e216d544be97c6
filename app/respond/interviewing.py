"""The interviewer's code: asked for once per session of a device, and sent beside the answers.

With script it lies in `sessionStorage` (static/interviewer.js), without it in the address and a hidden field.
It is no secret: it says who asked, and opens nothing.
"""

from __future__ import annotations

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as Redirection

from app.respond.door import LONGEST, ask, tries, try_key
from app.respond.languages import choose_language
from app.respond.links import find_open_link
from app.respond.origin import is_own_origin
from app.respond.refusals import Refused
from app.respond.views import blueprint
from app.services.interviewers import find_active


@blueprint.get("/<code>/interviewer")
def ask_interviewer(code: str) -> Response:
    """Who asks? `plain` is said by browsers without script."""
    link = find_open_link(code)
    language = choose_language(request, link.languages)
    return ask(link, language, "interviewer", plain=request.args.get("plain") == "1")


@blueprint.post("/<code>/interviewer")
def said_interviewer(code: str) -> Response | Redirection:
    """On to the form, if there is such an interviewer."""
    if not is_own_origin(request):
        raise Refused("wrong_origin")
    link = find_open_link(code)
    posted = request.form.get("_language")
    language = posted if posted in link.languages else choose_language(request, link.languages)
    plain = request.form.get("_plain") == "1"
    key = try_key(link, request)
    if wait := tries().begin(key):
        return ask(link, language, "interviewer", "too_many", wait=wait, plain=plain)
    typed = request.form.get("_code", "")[:LONGEST]
    found = find_active(typed)
    if found is None:
        return ask(link, language, "interviewer", "interviewer", typed=typed, plain=plain)
    tries().forgive(key)
    endpoint = "respond.begun" if plain else "respond.opened"
    return redirect(url_for(endpoint, code=code, lang=language, interviewer=found.code), 303)
