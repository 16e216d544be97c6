"""Hailong as a web application on a database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """The application, set up from `config` (Flask's key names, `INSTANCE_PATH`), then the environment.

    Raises app.config.SettingError, one sentence, where it cannot start.
    """
    # Imported here and not above: `hailong check` and `hailong score` live in this package too, and need
    # neither web nor database.
    from flask import Flask

    from app import errors, extensions, models, security  # noqa: F401 (models: the tables register themselves)
    from app.auth import blueprint as auth
    from app.config import instance_path, settings
    from app.doorstep import blueprint as doorstep
    from app.health import blueprint as health
    from app.manage import blueprint as manage
    from app.respond import blueprint as respond
    from app.respond.kiosk import blueprint as kiosk
    from app.respond.staff import blueprint as staff
    from app.results import blueprint as results

    overrides = config or {}
    instance = instance_path(overrides)
    app = Flask(__name__, instance_path=str(instance))
    app.config.from_mapping(settings(instance, overrides))

    extensions.init_app(app)
    security.init_app(app)
    errors.init_app(app)

    # A submission is authorised by its collector and uses no cookie, so there is no session to protect.
    extensions.csrf.exempt(respond)
    extensions.csrf.exempt(kiosk)
    extensions.csrf.exempt(staff)
    app.register_blueprint(respond)
    app.register_blueprint(kiosk)
    app.register_blueprint(staff)
    app.register_blueprint(auth)
    app.register_blueprint(manage)
    app.register_blueprint(results)
    app.register_blueprint(health)
    app.register_blueprint(doorstep)
    return app
