"""Words of the office's pages that stand for codes."""

from __future__ import annotations

from collections.abc import Iterable

from babel import UnknownLocaleError

from app.messages import locale, translations


def modes(language: str) -> dict[str, str]:
    """How answers come in, by the code of the mode."""
    _ = translations(language).gettext
    return {
        "kiosk": _("tablet at the counter"),
        "qr": _("own phone"),
        "invitation": _("invitation"),
        "interviewer": _("interviewer"),
        "paper": _("paper"),
        "import": _("import"),
    }


def flag_names(language: str) -> dict[str, str]:
    """What the quality flags say, by their word; docs/quality-flags.md has the rule of each."""
    _ = translations(language).gettext
    return {
        "any": _("with any flag"),
        "fast": _("very fast"),
        "straight_line": _("same mark throughout"),
        "burst": _("many within minutes"),
        "after_hours": _("outside opening hours"),
        "device_run": _("same answers in a row on one tablet"),
        "unknown_device": _("tablet not known here"),
        "no_slip": _("without a slip"),
        "unknown_interviewer": _("interviewer not known"),
    }


def language_names(codes: Iterable[str]) -> dict[str, str]:
    """What languages call themselves, by code; the code where nobody knows."""
    return {code: _own_name(code) for code in codes}


def _own_name(code: str) -> str:
    try:
        name = locale(code).get_display_name(code) or code
    except (UnknownLocaleError, ValueError):
        return code
    return name[0].upper() + name[1:]
