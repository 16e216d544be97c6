"""What the office's pages call the kinds of agencies, roles and changes."""

from __future__ import annotations

from app.messages import translations


def agency_kinds(language: str) -> dict[str, str]:
    """The kinds of agency by their code."""
    _ = translations(language).gettext
    return {
        "country": _("country"),
        "ministry": _("ministry"),
        "province": _("province"),
        "district": _("district"),
        "commune": _("commune"),
        "ward": _("ward"),
        "special_zone": _("special zone"),
        "department": _("department"),
        "service_centre": _("service centre"),
        "service_point": _("service point"),
        "unit": _("unit of staff"),
    }


def wave_states(language: str) -> dict[str, str]:
    """The states of a wave by their code."""
    _ = translations(language).gettext
    return {"planned": _("planned"), "open": _("open"), "closed": _("closed")}


def change_words(language: str) -> dict[str, str]:
    """What becomes different, by the kind of change."""
    _ = translations(language).gettext
    return {
        "began": _("begins"),
        "renamed": _("is called otherwise"),
        "moved": _("stands under another"),
        "merged": _("ends and goes up in another"),
        "ended": _("ends"),
    }


def grant_effects(language: str) -> dict[str, str]:
    """What a change does to a role over a branch."""
    _ = translations(language).gettext
    return {
        "gains": _("covers more than before"),
        "loses": _("covers less than before"),
        "ends": _("covers nothing from that day on; give it over another agency"),
    }
