"""The clock of the application; a simulation sets its own, so that what it makes can be made again."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import current_app


def now() -> datetime:
    """This moment, by `CLOCK` in the configuration (a function without arguments) where it is set."""
    clock = current_app.config.get("CLOCK")
    return clock() if clock else datetime.now(UTC)
