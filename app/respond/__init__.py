"""The respondent's side of a survey: a link opens a form, the form is answered, the answers are stored."""

from app.respond.views import blueprint

__all__ = ["blueprint"]
