"""The respondent's side of a survey: a link opens a form, the form is answered, the answers are stored."""

from app.respond import interviewing, resuming  # noqa: F401 (their routes register themselves)
from app.respond.views import blueprint

__all__ = ["blueprint"]
