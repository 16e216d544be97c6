"""What the results call the kinds of agencies."""

from __future__ import annotations

from app.messages import translations


def kind_words(language: str) -> dict[str, str]:
    """The kinds of agency by their code, as on the office's pages."""
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
