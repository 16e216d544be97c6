"""How the domains of a run lie inside each other: whose is next above, who stands beside, who below."""

from __future__ import annotations

from functools import cached_property

from .results import Scored

Domain = tuple[str | None, str | None]  # by, domain


class Kin:
    """The domains of a run by their places in `Scored.domains`, the whole first.

    A domain lies inside another when all its rows do; one of a crossing lies in each of its margins. Of an agency tree
    this is the tree, as far as there are responses.
    """

    def __init__(self, scored: Scored):
        self.domains = scored.domains
        self._children: dict[int, list[int]] = {}
        self._parents: dict[int, list[int]] = {}
        for family in scored.inputs.families:
            for child in family.children:
                self._children.setdefault(family.parent, []).append(child)
                self._parents.setdefault(child, []).append(family.parent)

    def parents(self, place: int) -> tuple[int, ...]:
        """The domains next above; none for the whole."""
        return tuple(sorted(set(self._parents.get(place, ()))))

    def children(self, place: int) -> tuple[int, ...]:
        """The domains next below."""
        return tuple(sorted(set(self._children.get(place, ()))))

    def below(self, place: int) -> tuple[int, ...]:
        """All domains inside this one, in the order of the results."""
        found: set[int] = set()
        open_places = [place]
        while open_places:
            new = set(self.children(open_places.pop())) - found
            found |= new
            open_places += new
        return tuple(sorted(found))

    def beside(self, place: int) -> frozenset[Domain]:
        """The domains that share one next above."""
        near = {child for parent in self.parents(place) for child in self.children(parent)} - {place}
        return frozenset(self.domains[one] for one in near)

    @cached_property
    def places(self) -> dict[Domain, int]:
        """The place of every domain."""
        return {domain: place for place, domain in enumerate(self.domains)}
