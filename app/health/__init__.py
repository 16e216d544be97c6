"""Whether this process can serve: for the balancer in front and for whoever watches."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, current_app

from app import clock
from app.access import open_to_all
from app.queries.health import database_answers
from app.services import authority
from app.services.errors import ServiceError

blueprint = Blueprint("health", __name__)
blueprint.before_request(open_to_all)


@blueprint.get("/health")
def health() -> Response:
    """200 while the database answers, else 503; nothing about versions or contents.

    A line more for each certificate of ours that ends soon: the service is well, and somebody has to act.
    """
    answers = database_answers()
    lines = ["ok" if answers else "the database does not answer", *_certificate_warnings()]
    response = Response("".join(f"{line}\n" for line in lines), 200 if answers else 503)
    response.content_type = "text/plain; charset=utf-8"
    response.cache_control.no_store = True
    return response


def _certificate_warnings() -> tuple[str, ...]:
    try:
        found = authority.read(Path(current_app.instance_path) / authority.FOLDER)
    except authority.NoAuthority:
        return ()
    except ServiceError as damaged:
        return (str(damaged),)
    return authority.warnings(found, clock.now())
