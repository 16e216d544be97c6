"""Whether this process can serve: for the balancer in front and for whoever watches."""

from __future__ import annotations

from flask import Blueprint, Response

from app.access import open_to_all
from app.queries.health import database_answers

blueprint = Blueprint("health", __name__)
blueprint.before_request(open_to_all)


@blueprint.get("/health")
def health() -> Response:
    """200 while the database answers, else 503; nothing about versions or contents."""
    answers = database_answers()
    response = Response("ok\n" if answers else "the database does not answer\n", 200 if answers else 503)
    response.content_type = "text/plain; charset=utf-8"
    response.cache_control.no_store = True
    return response
