"""Words of the office's pages that stand for codes."""

from __future__ import annotations

from app.messages import translations


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
