"""The certificate of the office's own authority, with how to install it."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, abort, current_app, make_response, render_template, request

from app import messages
from app.access import open_to_all
from app.services import authority as service

blueprint = Blueprint("doorstep", __name__)
blueprint.before_request(open_to_all)

# The people who set up tablets read Vietnamese unless their browser says otherwise.
HOUSE_LANGUAGE = "vi"


@blueprint.get("/authority")
def page() -> Response:
    """What to do on the tablet."""
    found = _authority()
    offered = (HOUSE_LANGUAGE, *(one for one in messages.languages() if one != HOUSE_LANGUAGE))
    asked = request.args.get("lang")
    language = asked if asked in offered else request.accept_languages.best_match(offered) or offered[0]
    body = render_template(
        "doorstep/authority.html",
        language=language,
        in_words="",
        _=messages.translations(language).gettext,
        others=[(one, messages.locale(one).get_display_name(one)) for one in offered if one != language],
        authority=found,
    )
    response = make_response(body)
    response.cache_control.no_cache = True
    response.vary.add("Accept-Language")
    return response


@blueprint.get("/authority.crt")
def certificate() -> Response:
    """The certificate in the form that Android and iPadOS both take (DER)."""
    response = Response(_authority().certificate, content_type="application/x-x509-ca-cert")
    response.headers["Content-Disposition"] = 'attachment; filename="hailong-authority.crt"'
    response.cache_control.no_cache = True
    return response


def _authority() -> service.Authority:
    try:
        return service.read(Path(current_app.instance_path) / service.FOLDER)
    except service.NoAuthority:
        abort(404)
