"""The sign-in form: whether both fields are filled; whether they are right is the service's question."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, InputRequired

# Marks a sentence for the catalogue; it is translated where the page is rendered.
_ = str


def _visible(text: str | None) -> str | None:
    """Signs that no address has and no page can show again become the sign for one that was not understood."""
    return text and "".join(sign if sign.isprintable() else "\ufffd" for sign in text.strip())


class SignInForm(FlaskForm):
    """An address and a password; messages are English, the catalogue's keys."""

    email = StringField(filters=[_visible], validators=[DataRequired(_("Enter your e-mail address."))])
    # A password may begin or end with a blank, or be one of blanks: it is taken as it comes.
    password = PasswordField(validators=[InputRequired(_("Enter your password."))])
