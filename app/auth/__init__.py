"""The way in and out for evaluators."""

from app.auth.views import blueprint

__all__ = ["blueprint"]
