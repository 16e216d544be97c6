"""Which language a page speaks."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Request

from app import messages

# Where nobody has said otherwise: the people at the counters read Vietnamese.
HOUSE_LANGUAGE = "vi"


def choose_language(request: Request, offered: Sequence[str]) -> str:
    """`?lang=` if offered, else the reader's best match by Accept-Language, else the first offered."""
    asked = request.args.get("lang")
    if asked in offered:
        return asked
    return request.accept_languages.best_match(offered) or offered[0]


def language_of_messages(request: Request, posted: str | None) -> str:
    """For pages that say why something was refused: that of the page it came from, if there was one.

    `posted` is what the form said of itself, None where it could not be read or there was none.
    """
    spoken = messages.languages()
    if "lang" not in request.args and posted in spoken:
        return posted
    first = HOUSE_LANGUAGE if HOUSE_LANGUAGE in spoken else spoken[0]
    return choose_language(request, (first, *(language for language in spoken if language != first)))


def language_of_words(language: str) -> str:
    """The language of the words around the content: the source language where the interface lacks `language`."""
    return language if language in messages.languages() else messages.SOURCE_LANGUAGE
