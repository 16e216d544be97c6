"""Pages for people who sign in: their language, kept for the session, and the frame around them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Response, make_response, render_template, request, session, url_for
from flask_login import current_user

from app import messages

# Where nobody has said otherwise: most evaluators read Vietnamese.
HOUSE_LANGUAGE = "vi"

_KEPT = "language"


@dataclass(frozen=True, slots=True)
class Translation:
    """The same page in another language, or in this one (`current`)."""

    code: str
    name: str
    address: str
    current: bool


def page_language() -> str:
    """`?lang=`, which is kept for the session; else what was kept, else the browser's wish, else the house's."""
    offered = languages_offered()
    asked = request.args.get("lang")
    if asked in offered and session.get(_KEPT) != asked:
        session[_KEPT] = asked
    kept = session.get(_KEPT)
    return kept if kept in offered else request.accept_languages.best_match(offered) or offered[0]


def forget_session() -> None:
    """Empty the session but for the language."""
    kept = session.get(_KEPT)
    session.clear()
    if kept is not None:
        session[_KEPT] = kept


def office_page(template: str, status: int = 200, **context: Any) -> Response:
    """The page in the reader's language. Nobody keeps a copy: not a proxy, nor the browser after the sign-out."""
    language = page_language()
    body = render_template(
        template,
        language=language,
        in_words="",
        current_user=current_user,
        translations=page_translations(language),
        _=messages.translations(language).gettext,
        **context,
    )
    response = make_response(body, status)
    response.cache_control.no_store = True
    return response


def languages_offered() -> tuple[str, ...]:
    """The languages of these pages, the house's first."""
    return (HOUSE_LANGUAGE, *(each for each in messages.languages() if each != HOUSE_LANGUAGE))


def page_translations(language: str) -> tuple[Translation, ...]:
    """The page that is being made in each language, as links."""
    here = url_for(request.endpoint or "", **request.view_args or {})
    return tuple(
        Translation(
            code=code,
            name=_own_name(code),
            # Built by hand: the words of a query must not become arguments of url_for.
            address=f"{here}?{urlencode({**request.args.to_dict(), 'lang': code})}",
            current=code == language,
        )
        for code in languages_offered()
    )


def _own_name(code: str) -> str:
    """What a language calls itself, as the first word of a line."""
    name = messages.locale(code).get_display_name(code) or code
    return name[0].upper() + name[1:]
