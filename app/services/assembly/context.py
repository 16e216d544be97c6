"""What a scorecard says beside its figures: who publishes it, when, for which wave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

# The creation date inside the file of a working copy: workbooks carry no clock, so that equal inputs give
# equal bytes, and spreadsheets know no day before 1980.
UNPUBLISHED = date(1980, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardContext:
    """Names and dates in the card's language. `published` None: a working copy.

    `domain_names` names domains by code; `by_names` says what the domains of a column are, such as
    {"agency": "Agency"}; `whole_name` is the name of all of them together.
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
