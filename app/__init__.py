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

    from app import auditing, errors, extensions, models, security  # noqa: F401 (models register the tables)
    from app.admin import blueprint as admin
    from app.api import blueprint as api
    from app.api.pages import blueprint as api_pages
    from app.audit import blueprint as audit
    from app.auth import account
    from app.auth import blueprint as auth
    from app.config import instance_path, settings
    from app.doorstep import blueprint as doorstep
    from app.exports import blueprint as exports
    from app.health import blueprint as health
    from app.jobs import blueprint as jobs
    from app.manage import blueprint as manage
    from app.respond import blueprint as respond
    from app.respond.kiosk import blueprint as kiosk
    from app.respond.previewing import blueprint as preview
    from app.respond.staff import blueprint as staff
    from app.results import blueprint as results
    from app.results import public
    from app.tokens import blueprint as tokens
    from app.verify import blueprint as verify

    overrides = config or {}
    instance = instance_path(overrides)
    app = Flask(__name__, instance_path=str(instance))
    app.config.from_mapping(settings(instance, overrides))

    extensions.init_app(app)
    security.init_app(app)
    auditing.init_app(app)
    errors.init_app(app)

    # A submission is authorised by its collector and uses no cookie, so there is no session to protect.
    extensions.csrf.exempt(respond)
    extensions.csrf.exempt(kiosk)
    extensions.csrf.exempt(staff)
    # What is tried out in a preview is thrown away.
    extensions.csrf.exempt(preview)
    # A question that changes nothing and uses no session; programs ask it too.
    extensions.csrf.exempt(verify)
    # A program shows its key with every request, and no browser sends that by itself.
    extensions.csrf.exempt(api)
    app.register_blueprint(respond)
    app.register_blueprint(kiosk)
    app.register_blueprint(staff)
    app.register_blueprint(auth)
    app.register_blueprint(account)
    app.register_blueprint(admin)
    app.register_blueprint(manage)
    app.register_blueprint(preview)
    app.register_blueprint(results)
    app.register_blueprint(public)
    app.register_blueprint(jobs)
    app.register_blueprint(exports)
    app.register_blueprint(audit)
    app.register_blueprint(api)
    app.register_blueprint(api_pages)
    app.register_blueprint(tokens)
    app.register_blueprint(verify)
    app.register_blueprint(health)
    app.register_blueprint(doorstep)
    return app
