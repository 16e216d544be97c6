"""Small groups are counted further up: which group every unit belongs to, so that none is too small."""

from __future__ import annotations

from collections.abc import Mapping

from app.services.errors import ServiceError


class TooFewHeads(ServiceError):
    """All units under a root together stay below the threshold."""

    def __init__(self, root: str, heads: int, threshold: int):
        super().__init__(
            f"Under {root} there are {heads} people together, fewer than the threshold of {threshold}; "
            "ask them in a wave with others."
        )
        self.root = root


def group(parents: Mapping[str, str | None], counts: Mapping[str, int], least: int) -> dict[str, str]:
    """The group of every unit that has a count: itself, or the unit above it under which it is counted.

    `parents` gives each unit's parent, None for a root; `counts` how many people stand in the unit itself, not
    below it. From the leaves upwards, a group with fewer than `least` people joins the group of its parent; a
    root's own group that is still too small takes in the smallest group below it. So every group has at least
    `least` people, and the group of a unit is always the unit or one above it.

    Raises TooFewHeads where everyone under a root together are fewer.
    """
    members = {unit: [unit] if counts.get(unit) else [] for unit in parents}
    for unit in sorted(parents, key=lambda one: (-_depth(parents, one), one)):
        above = parents[unit]
        if above is not None and 0 < _size(members[unit], counts) < least:
            members[above] += members[unit]
            members[unit] = []
    for root in sorted(unit for unit, above in parents.items() if above is None):
        while 0 < _size(members[root], counts) < least:
            others = [one for one in parents if one != root and members[one] and _root(parents, one) == root]
            if not others:
                raise TooFewHeads(root, _size(members[root], counts), least)
            smallest = min(others, key=lambda one: (_size(members[one], counts), one))
            members[root] += members[smallest]
            members[smallest] = []
    return {unit: whole for whole, units in members.items() for unit in units}


def _size(units: list[str], counts: Mapping[str, int]) -> int:
    return sum(counts.get(unit, 0) for unit in units)


def _depth(parents: Mapping[str, str | None], unit: str) -> int:
    above = parents[unit]
    return 0 if above is None else 1 + _depth(parents, above)


def _root(parents: Mapping[str, str | None], unit: str) -> str:
    above = parents[unit]
    return unit if above is None else _root(parents, above)
