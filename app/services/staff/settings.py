"""The one-way switch, as the office meets it: what an anonymous wave may still change, and what it may not.

Before the first answer everything; from then on only what protects more. The database holds the same by itself
(migration 0005); here it is said in a sentence first.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy.exc import DBAPIError

from app.config import office_day
from app.extensions import transaction
from app.models import Wave
from app.queries.staff import is_answered
from app.queries.waves import instrument_of
from app.services.fieldwork import LEAST_ANONYMOUS
from app.services.spoken import SpokenError
from app.services.staff import promising

# Marks a sentence for the catalogue; it is translated where the page is made.
_ = str

MOST = 1000


class SettingRefused(SpokenError):
    """Nothing was changed; `field` names the setting."""

    def __init__(self, setting: str, sentence: str, **facts: object):
        super().__init__(sentence, **facts)
        self.field = setting


def crossable(wave: Wave) -> list[str]:
    """The items that results of this wave could be crossed with, in the order of its instrument."""
    return [
        item.code for item in instrument_of(wave).items if item.role == "profile" and item.type == "choice"
    ]


def change(
    wave: Wave,
    *,
    threshold: int | None = None,
    crossed: Sequence[str] | None = None,
    retain_until: date | None = None,
) -> None:
    """Change settings of an anonymous wave; None leaves one as it is. All are changed, or none.

    `crossed` stands in the order in which items survive best where few people are alike. A promise that was chosen
    is worded anew while nobody has answered; afterwards it stands, and what it says stays true. Raises SettingRefused.
    """
    if not wave.anonymous:
        raise SettingRefused("threshold", _("This wave is not anonymous; plan an anonymous wave for staff."))
    try:
        with transaction() as session:
            answered = is_answered(wave)
            if threshold is not None:
                _set_threshold(wave, threshold, answered)
            if crossed is not None:
                _set_crossed(wave, list(dict.fromkeys(crossed)), answered)
            if retain_until is not None:
                _set_retention(wave, retain_until, answered)
            if wave.promise_id is not None and not answered:
                promising.word_anew(session, wave)
    except DBAPIError as error:
        if "can only be tightened" not in str(error.orig):
            raise
        # Somebody answered between our look and the change; the database saw it.
        raise SettingRefused(
            "threshold", _("Somebody has just answered: from now on these settings can only be tightened.")
        ) from None


def _set_threshold(wave: Wave, threshold: int, answered: bool) -> None:
    if not LEAST_ANONYMOUS <= threshold <= MOST:
        raise SettingRefused(
            "threshold",
            _("The threshold of an anonymous wave is a whole number from %(least)s to %(most)s."),
            least=LEAST_ANONYMOUS,
            most=MOST,
        )
    if answered and threshold < wave.threshold:
        raise SettingRefused(
            "threshold",
            _("Answers were given under a threshold of %(threshold)s: it can be raised, not lowered."),
            threshold=wave.threshold,
        )
    wave.threshold = threshold


def _set_crossed(wave: Wave, crossed: list[str], answered: bool) -> None:
    if strangers := [code for code in crossed if code not in crossable(wave)]:
        raise SettingRefused(
            "crossed",
            _("Results cannot be crossed with %(items)s; name choice items of the role profile."),
            items=", ".join(strangers),
        )
    if answered and (added := [code for code in crossed if code not in wave.crossed]):
        raise SettingRefused(
            "crossed",
            _(
                "Answers were given while results were not crossed with %(items)s: items can be taken out, not added."
            ),
            items=", ".join(added),
        )
    wave.crossed = crossed


def _set_retention(wave: Wave, day: date, answered: bool) -> None:
    if wave.closes_at is not None and day <= office_day(wave.closes_at):
        raise SettingRefused(
            "retain_until",
            _("Raw answers cannot be destroyed before the wave has closed on %(day)s; choose a later day."),
            day=office_day(wave.closes_at),
        )
    if answered and wave.retain_until is not None and day > wave.retain_until:
        raise SettingRefused(
            "retain_until",
            _(
                "Answers were given on the word that they are destroyed after %(day)s: earlier is possible, not later."
            ),
            day=wave.retain_until,
        )
    wave.retain_until = day
