"""How many of those who could have answered did, where that number is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.config import office_day
from app.models import Collector, Release
from app.queries.agencies import AgencyTree
from app.queries.collectors import list_collectors
from app.queries.monitoring import count_served, list_served
from app.scorecards import Figure
from app.services.staff.results import unit_result


@dataclass(frozen=True, slots=True)
class Rate:
    """`answered` of `of`, and `rate` in per cent. `people`: staff who were asked; else transactions at the counter."""

    answered: Figure
    of: Figure
    rate: Figure
    people: bool


def response_rate(release: Release, tree: AgencyTree, code: str) -> Rate | None:
    """The rate of a branch; None where the denominator is not known for every place that has a link.

    Only for a branch whose figures are shown: the number of answers is one of them.
    """
    wave = release.wave
    if wave.anonymous:
        card = unit_result(release, code, None, release.language).card
        if card is None or card.rate.value is None:
            return None
        return Rate(card.answered, card.asked, card.rate, people=True)
    if wave.opens_at is None or wave.closes_at is None:
        return None
    fieldwork = office_day(wave.opens_at), office_day(wave.closes_at)
    served = count_served(wave, fieldwork)
    if not served:
        return None
    inside = set(tree.branch(code))
    links = [one for one in list_collectors(wave) if one.agency.code in inside]
    places = {one.agency.code for one in links}
    if not places or not places <= served.keys():
        return None
    answered = sum(served[place][1] for place in places)
    transactions = _of_sampled_days(links, fieldwork)
    if transactions is None:
        transactions = sum(served[place][0] for place in places)
    # More answers than transactions: the figures are not of the same counters, and a rate would say nothing.
    if not transactions or answered > transactions:
        return None
    return Rate(Figure(answered), Figure(transactions), Figure(100 * answered / transactions), people=False)


def _of_sampled_days(links: Sequence[Collector], fieldwork: tuple[date, date]) -> int | None:
    """Transactions of the days on which people were asked; None where links were open on every day.

    Zero where the figure of one of these days is missing.
    """
    days = {(one.agency_id, one.day) for one in links}
    if any(day is None for _agency, day in days):
        return None
    found = {
        (one.agency_id, one.day): one.transactions
        for one in list_served({agency for agency, _day in days}, fieldwork)
    }
    return sum(found[one] for one in days) if days <= found.keys() else 0
