"""Where the page of an agency leads on to: its scorecard on paper, its sign-off and improvement plan."""

from __future__ import annotations

from flask import url_for

from app.config import office_day
from app.figures import show_date
from app.messages import translations
from app.models import Release
from app.queries.improvement import find_sign_off
from app.services.assembly.partitions import OWN


def agency_links(
    release: Release, survey: str, wave: str, code: str, language: str, pinned: int | None = None
) -> tuple[tuple[str, str], ...]:
    """(address, words) of each link; none for an agency without those below it. `pinned` keeps to one release."""
    if code.endswith(OWN):
        return ()
    _ = translations(language).gettext
    signed = find_sign_off(release, code)
    said = _("Sign-off and improvement plan: not signed off yet")
    if signed is not None:
        said = _("Sign-off and improvement plan: signed off by {name} on {day}").format(
            name=signed.signed_name, day=show_date(office_day(signed.signed_at), language)
        )
    place = {"survey": survey, "wave": wave, "code": code, "release": pinned}
    return (
        (url_for("results.scorecard_pdf", **place, lang=language), _("Scorecard to print (PDF)")),
        (url_for("results.sign_off", **place), said),
    )
