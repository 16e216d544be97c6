"""The list that a rated_agency item shows: the wave's agencies in one language, under the one above each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.queries.agencies import AgencyTree, get_tree
from app.queries.rated import find_rated_agencies
from surveys.instrument import Instrument
from surveys.rating import rated_items


@dataclass(frozen=True, slots=True)
class RatedAgency:
    """One agency to choose; `above` is the name it is listed under, empty for one that stands under none."""

    code: str
    label: str
    above: str
    own: bool  # the respondent's


def list_rated(instrument: Instrument, on: date, own: int, language: str) -> tuple[RatedAgency, ...]:
    """The agencies of this day by name, those under none first; empty where the instrument asks for none.

    `own` is the row number of the respondent's agency.
    """
    if not rated_items(instrument):
        return ()
    tree = get_tree(on)
    known = find_rated_agencies(instrument, on, own)
    mine = known.own if known else None
    found = [
        RatedAgency(one.code, one.label(language), _above(tree, one.code, language), one.code == mine)
        for one in tree.agencies
    ]
    return tuple(sorted(found, key=lambda one: (one.above.casefold(), one.label.casefold(), one.code)))


def _above(tree: AgencyTree, code: str, language: str) -> str:
    path = tree.path(code)
    return tree.label(path[-2], language) if len(path) > 1 else ""
