"""A rank that never stands alone: with its confidence set, how many were ranked, and who is not told apart."""

from __future__ import annotations

from collections.abc import Iterator

from app.scorecards import Cell, Column, Figure

from ..beside import Domain, Measure, SideBySide
from ..labels import level_label
from .frame import NO_TEXT, NOT_APPLICABLE, Frame

TIE_GROUPS = ", "  # between the numbers of the groups that a domain stands in


def rank_columns(frame: Frame, *, brief: bool = False) -> Iterator[Column]:
    """`brief`: the rank and its confidence set alone."""
    _, level = frame._, level_label(frame.scored.options.level, frame.language)
    yield Column("rank", _("Rank of the domain"), "count")
    yield Column("rank_low", _("Best rank, {level}").format(level=level), "count")
    yield Column("rank_high", _("Worst rank, {level}").format(level=level), "count")
    if brief:
        return
    yield Column("ranked", _("Domains ranked"), "count")
    yield Column("tied", _("Not told apart from (number)"), "count")
    yield Column("groups", _("Tie groups"), "text")


def rank_cells(beside: SideBySide, measure: Measure, domain: Domain) -> dict[str, Cell]:
    """The rank of a domain with its set and its tie groups; `[z]` for one that takes no part."""
    rank = beside.rank(measure, domain)
    if rank is None:
        nothing = dict.fromkeys(("rank", "rank_low", "rank_high", "ranked", "tied"), NOT_APPLICABLE)
        return nothing | {"groups": NO_TEXT}
    return {
        "rank": Figure(rank.rank),
        "rank_low": Figure(rank.rank_low),
        "rank_high": Figure(rank.rank_high),
        "ranked": Figure(len(beside.ranking(measure, domain))),
        "tied": Figure(beside.tied(measure, domain)),
        "groups": TIE_GROUPS.join(map(str, rank.tie_groups)),
    }


def rank_remarks(frame: Frame) -> Iterator[str]:
    _, level = frame._, level_label(frame.scored.options.level, frame.language)
    text = _("Rank 1 is the best; the ranges from best to worst rank hold for all domains together, {level}.")
    yield text.format(level=level)
    yield _("Domains that share a tie group are not told apart: their order in it says nothing.")
    yield _("Small, constant and hidden figures take no part in ranks.")
