"""Why a link or a post is refused, and the one sentence that says so."""

from __future__ import annotations

from dataclasses import dataclass

# Marks a sentence for the catalogue; it is translated where its page is rendered.
_ = str


@dataclass(frozen=True, slots=True)
class Message:
    """The status and the words (English, the catalogue's keys) of a page that says one thing.

    `again`: whether the page offers the empty form, which makes sense only for a link that is open.
    """

    status: int
    heading: str
    sentence: str
    again: bool = False


class Refused(Exception):
    """Nothing was stored; `reason` is a key of REFUSALS."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason

    @property
    def refusal(self) -> Message:
        """The page to show."""
        return REFUSALS[self.reason]


REFUSALS = {
    "unknown_link": Message(
        404,
        _("We do not know this link"),
        _("Check the address, or scan the code at the counter again."),
    ),
    "revoked_link": Message(
        410,
        _("This link is no longer in use"),
        _("Ask at the counter for the present code, and scan that one."),
    ),
    "closed_wave": Message(
        410,
        _("This survey has closed"),
        _("Answers are no longer collected here. Thank you for wishing to take part."),
    ),
    "planned_wave": Message(
        403,
        _("This survey has not opened yet"),
        _("Please open this link again when the survey has begun."),
    ),
    "wrong_origin": Message(
        403,
        _("These answers were sent from another site"),
        _("Nothing was stored. Open the form here and send your answers from it."),
        again=True,
    ),
    "too_large": Message(
        413,
        _("This was more than the form can take"),
        _("Nothing was stored. Go back, shorten what you wrote, and send again."),
    ),
    "not_an_id": Message(
        400,
        _("The address of this form is not complete"),
        _("Nothing was stored. Open the form again and send your answers from there."),
        again=True,
    ),
    "unknown_part": Message(
        400,
        _("This form was changed on its way to us"),
        _("Nothing was stored, because it carried something that we did not ask. Open the form again."),
        again=True,
    ),
    "wrong_instrument": Message(
        400,
        _("These answers belong to another questionnaire"),
        _("Nothing was stored. Open the form again and fill in the one that this link leads to."),
        again=True,
    ),
    "closed_to_drafts": Message(
        410,
        _("This survey has closed"),
        _("Nothing was put aside, because it could not be opened again. Go back and send your answers now."),
    ),
    "tampered": Message(
        400,
        _("Your earlier answers came back changed"),
        _("Nothing was stored, because we can no longer tell what you answered. Open the form again."),
        again=True,
    ),
}
