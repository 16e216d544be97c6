"""The blueprint of the API, and how it says no."""

from __future__ import annotations

import logging

from flask import Blueprint, Response

from app.bearer import TRIES, new_tries, require_token
from app.problem_details import problem
from app.queries.errors import NotFound
from app.services.errors import ServiceError

log = logging.getLogger(__name__)

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
blueprint.before_request(require_token)
blueprint.record_once(lambda setup: setup.app.extensions.setdefault(TRIES, new_tries()))


@blueprint.errorhandler(NotFound)
def not_found(error: NotFound) -> Response:
    """The same sentence for what never was and for what this key may not see."""
    return problem(404, str(error))


@blueprint.errorhandler(ServiceError)
def refused(error: ServiceError) -> Response:
    """A use case said no: nothing was changed, and its sentence says why."""
    log.warning("409: %s", type(error).__name__)
    return problem(409, str(error))
