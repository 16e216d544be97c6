"""The addresses of going on elsewhere: ask for the code, draw the form again."""

from __future__ import annotations

from flask import Response, request

from app.respond.door import LONGEST, ask, tries, try_key
from app.respond.languages import choose_language
from app.respond.links import find_open_link
from app.respond.origin import is_own_origin
from app.respond.refusals import Refused
from app.respond.saving import draw
from app.respond.views import blueprint
from app.services import drafts


@blueprint.get("/<code>/resume")
def ask_resume(code: str) -> Response:
    """The page that asks for the code; it is typed here and never stands in an address."""
    link = find_open_link(code)
    return ask(link, choose_language(request, link.languages), "draft")


@blueprint.post("/<code>/resume")
def resumed(code: str) -> Response:
    """The form with the answers that were put aside under the code."""
    if not is_own_origin(request):
        raise Refused("wrong_origin")
    link = find_open_link(code)
    posted = request.form.get("_language")
    language = posted if posted in link.languages else choose_language(request, link.languages)
    key = try_key(link, request)
    if wait := tries().begin(key):
        return ask(link, language, "draft", "too_many", wait=wait)
    typed = request.form.get("_code", "")[:LONGEST]
    kept = drafts.find(link.collector.id, typed)
    if kept is None:
        return ask(link, language, "draft", "draft", typed=typed)
    tries().forgive(key)
    return draw(link, language, kept, scripted=request.form.get("_scripted") == "1")
