"""The office's blueprint; each subject adds its routes from a module of its own."""

from __future__ import annotations

from flask import Blueprint

from app.access import require_right

blueprint = Blueprint("manage", __name__, url_prefix="/office")
blueprint.before_request(require_right)
