"""The kiosk's blueprint; each subject adds its routes from a module of its own.

Like the form behind a link it uses no cookie and no session, and is exempt from CSRF: posts check Origin and
are authorised by the pairing code or the device's token in their body, never in an address.
"""

from __future__ import annotations

from flask import Blueprint

from app.access import open_to_all
from app.respond import sessions

blueprint = Blueprint("kiosk", __name__, url_prefix="/k")
blueprint.before_request(open_to_all)
blueprint.record_once(lambda setup: sessions.init_app(setup.app, f"{setup.url_prefix}/"))
