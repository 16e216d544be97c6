"""The kiosk: a tablet at the counter is paired once, then asks one citizen after another."""

from app.respond.kiosk import views, worker  # noqa: F401 (their routes register themselves)
from app.respond.kiosk.blueprint import blueprint

__all__ = ["blueprint"]
