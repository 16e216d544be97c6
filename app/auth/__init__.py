"""The way in and out for evaluators, and the pages of one's own account."""

from app.auth import code, forgotten, provider  # noqa: F401 (their routes register themselves)
from app.auth.account import blueprint as account
from app.auth.views import blueprint

__all__ = ["account", "blueprint"]
