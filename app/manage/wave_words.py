"""What the office's pages call the settings of a wave."""

from __future__ import annotations

from babel.dates import get_day_names

from app.messages import locale, translations
from surveys.quality import DAYS


def kinds_of_wave(language: str) -> dict[str, str]:
    """The kinds of wave by their code."""
    _ = translations(language).gettext
    return {
        "volunteer": _("open links: whoever wishes answers (a variation band, no ranking)"),
        "probability": _("a drawn sample: the figures have a confidence interval"),
        "census": _("everyone is asked"),
    }


def layouts(language: str) -> dict[str, str]:
    """The layouts of the form by their code."""
    _ = translations(language).gettext
    return {"one_page": _("all questions on one page"), "sections": _("one section after the other")}


def day_names(language: str) -> dict[str, str]:
    """The days of the week by their code, Monday first."""
    names = get_day_names("wide", "stand-alone", locale(language))
    return {code: names[number][0].upper() + names[number][1:] for number, code in enumerate(DAYS)}
