"""Which agencies a respondent can rate: what the instrument says of it, applied to the wave's list."""

from __future__ import annotations

from dataclasses import dataclass

from surveys.instrument import Instrument, Item


@dataclass(frozen=True, slots=True)
class Agencies:
    """The agencies of one wave: `codes` of all that stood on its tree date, and the respondent's `own` one.

    `own` is None where the respondent belongs to none of them.
    """

    codes: frozenset[str]
    own: str | None = None

    def may_be_rated(self, item: Item, code: str) -> bool:
        """Whether this rated_agency item can be answered with this code."""
        return code in self.codes and not (item.agencies == "others" and code == self.own)


def rated_items(instrument: Instrument) -> tuple[Item, ...]:
    """The items that are answered with an agency, in the order of the file."""
    return tuple(item for item in instrument.items if item.type == "rated_agency")
