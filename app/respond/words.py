"""The words around an instrument, and how a page is told whose language they are in."""

from __future__ import annotations

from functools import cache
from typing import Any

from babel import Locale, UnknownLocaleError
from flask import render_template
from markupsafe import Markup

from app.messages import translations
from app.respond.languages import language_of_words


def render(template: str, language: str, **context: Any) -> str:
    """A page in `language`, with the interface's words in it, or in the source language marked as such."""
    words = language_of_words(language)
    return render_template(
        template,
        language=language,
        direction=direction(language),
        in_words=_marked(words, language),
        language_name=language_name,
        _=translations(words).gettext,
        **context,
    )


@cache
def _marked(words: str, language: str) -> Markup:
    """The attributes of words in another language than the page: which it is, and which way it is written."""
    if words == language:
        return Markup("")
    attributes = Markup(' lang="{}"').format(words)
    if direction(words) != direction(language):
        attributes += Markup(' dir="{}"').format(direction(words))
    return attributes


@cache
def direction(code: str) -> str:
    """Which way a language is written, as `dir` takes it; left to right where Babel does not know it."""
    try:
        order = Locale.parse(code, sep="-").character_order
    except (UnknownLocaleError, ValueError):
        return "ltr"
    return "rtl" if order == "right-to-left" else "ltr"


@cache
def language_name(code: str) -> str:
    """What a language calls itself; its code where Babel does not know it."""
    try:
        name = Locale.parse(code, sep="-").get_display_name(code)
    except (UnknownLocaleError, ValueError):
        return code
    return name[0].upper() + name[1:] if name else code
