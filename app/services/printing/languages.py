"""In which languages something is printed."""

from __future__ import annotations

from app.models import Wave
from app.services.spoken import SpokenError

BOTH = "all"

# Marks a sentence for the catalogue; it is translated where the page is made.
_ = str


class PrintRefused(SpokenError):
    """Nothing was printed."""


def print_languages(wave: Wave, wanted: str) -> tuple[str, ...]:
    """The languages meant by `wanted`: one of the wave's, or `all` of them. Raises PrintRefused."""
    if wanted == BOTH:
        return tuple(wave.languages)
    if wanted not in wave.languages:
        offered = ", ".join([*wave.languages, BOTH])
        raise PrintRefused(
            _("The wave does not speak “%(wanted)s”; choose one of %(offered)s."),
            wanted=wanted,
            offered=offered,
        )
    return (wanted,)


def text_in(texts: dict[str, str], language: str) -> str:
    """The text in this language, else in another that it has."""
    return texts.get(language) or next(iter(texts.values()))
