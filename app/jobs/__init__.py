"""Long work on pages: what one asked for, how far it is, and the files it made."""

from app.jobs.views import blueprint

__all__ = ["blueprint"]
