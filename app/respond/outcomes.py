"""What became of a submission, said to the one who sent it."""

from __future__ import annotations

from app.respond.refusals import Message
from app.services.responding import Outcome

# Marks a sentence for the catalogue; it is translated where its page is rendered.
_ = str


_STORED = Message(
    201, _("Thank you. Your answers have arrived."), _("They will count in the results of this survey.")
)
_LATE = Message(
    201,
    _("Thank you. Your answers have arrived."),
    _(
        "The survey was not open when they reached us, so they are kept apart from the present results; "
        "the office sees them and may use them in a later edition."
    ),
)
_ALREADY = Message(
    200,
    _("Your answers had arrived already."),
    _("They are stored once, however often they are sent. There is nothing more to do."),
)
_CONFLICT = Message(
    409,
    _("Your answers had been received already."),
    _("What you sent first is kept. The changes you made afterwards were not stored."),
)
_REPEAT = Message(
    409,
    _("This slip has been used, or there was none."),
    _(
        "Your answers are kept, but apart from the results: at this counter one slip gives one answer. "
        "Ask at the desk if this is a mistake."
    ),
)


def reply_to(outcome: Outcome) -> Message:
    """The page for this outcome."""
    if outcome.status == "conflict":
        return _CONFLICT
    if outcome.status == "repeat":
        return _REPEAT
    if outcome.status == "already":
        return _ALREADY
    return _STORED if outcome.counted else _LATE
