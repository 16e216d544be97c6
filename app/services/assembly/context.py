"""What a scorecard says beside its figures: who publishes it, when, for which wave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from app.scorecards import CodedComments

# The creation date inside the file of a working copy: workbooks carry no clock, so that equal inputs give
# equal bytes, and spreadsheets know no day before 1980.
UNPUBLISHED = date(1980, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardContext:
    """Names and dates in the card's language. `published` None: a working copy.

    `domain_names` names domains by code; `by_names` says what the domains of a column are, such as
    {"agency": "Agency"}; `whole_name` is the name of all of them together.

    `release` numbers what is published, from 1, None before; a correction says in `changes` what is other than before,
    and in `reason` why. `comments` are the coded open comments of the wave, None where nothing was coded.
    """

    language: str
    wave: str
    organisation: str = ""
    contact: str = ""
    fieldwork: tuple[date, date] | None = None
    published: date | None = None
    domain_names: Mapping[str, str] = field(default_factory=dict)
    by_names: Mapping[str, str] = field(default_factory=dict)
    whole_name: str = ""
    release: int | None = None
    changes: str = ""
    reason: str = ""
    comments: CodedComments | None = None
