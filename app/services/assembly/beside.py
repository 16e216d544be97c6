"""The comparisons and ranks of a run, found again by the domain that a scorecard is of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from .comparisons import Comparison, Rank
from .profiles import Against
from .records import Record
from .results import Scored

Domain = tuple[str | None, str | None]  # by, domain
Measure = tuple[str, str]  # node, measure


class SideBySide:
    """What a run says of its domains beside each other; empty where it was not asked to.

    Made once per run: of a hundred domains each has a hundred comparisons.
    """

    def __init__(self, scored: Scored):
        self.compared = scored.comparisons is not None
        self.ranked = scored.ranks is not None
        self._scored = scored
        self._tied: dict[tuple[Measure, Domain], int] = {}

    def differences(self, domain: Domain) -> dict[Measure, list[Comparison]]:
        """Those of a domain, each as it less the other, in the order of the run."""
        return self._differences.get(domain, {})

    def rank(self, measure: Measure, domain: Domain) -> Rank | None:
        """None for a domain that takes no part in the ranking."""
        return self._ranks.get(measure, {}).get(domain)

    def ranking(self, measure: Measure, domain: Domain) -> tuple[Rank, ...]:
        """Everyone ranked together with a domain, the best first: of an agency tree those of its level."""
        return self._rankings.get((measure, self._place[domain]), ())

    def rankings(self, measure: Measure) -> Iterator[tuple[Rank, ...]]:
        """Every ranking of a node and measure, in the order of the run."""
        return (ranking for (one, _), ranking in self._rankings.items() if one == measure)

    def tied(self, measure: Measure, domain: Domain) -> int:
        """How many others share a tie group with a ranked domain."""
        if (measure, domain) not in self._tied:
            own = set(self._ranks[measure][domain].tie_groups)
            together = sum(not own.isdisjoint(one.tie_groups) for one in self.ranking(measure, domain))
            self._tied[measure, domain] = together - 1
        return self._tied[measure, domain]

    @cached_property
    def records(self) -> dict[tuple[str, str, str | None, str | None], Record]:
        """Every figure by node, measure, by and domain."""
        return {(one.node, one.measure, one.by, one.domain): one for one in self._scored.records}

    @cached_property
    def changes(self) -> dict[tuple[str, str, str | None, str | None], Mapping[str, Any]]:
        """Every change since an earlier wave by node, measure, by and domain; empty where none was asked for."""
        found = self._scored.blocks.get("trend", {}).get("changes", ())
        return {(one["node"], one["measure"], one["by"], one["domain"]): one for one in found}

    def against(self, place: int) -> list[Against]:
        """The figures of a domain less those of what it lies in, by its place; empty where nothing is tested."""
        return self._against.get(place, [])

    @cached_property
    def _against(self) -> dict[int, list[Against]]:
        found: dict[int, list[Against]] = {}
        for one in self._scored.profiles or ():
            found.setdefault(one.place, []).append(one)
        return found

    @cached_property
    def _differences(self) -> dict[Domain, dict[Measure, list[Comparison]]]:
        found: dict[Domain, dict[Measure, list[Comparison]]] = {}
        for one in self._scored.comparisons or ():
            for way in (one, _turned(one)) if one.b is not None else (one,):
                of_domain = found.setdefault((way.by, way.a), {})
                of_domain.setdefault((way.node, way.measure), []).append(way)
        return found

    @cached_property
    def _ranks(self) -> dict[Measure, dict[Domain, Rank]]:
        found: dict[Measure, dict[Domain, Rank]] = {}
        for one in self._scored.ranks or ():
            if one.rank is not None:
                found.setdefault((one.node, one.measure), {})[one.by, one.domain] = one
        return found

    @cached_property
    def _place(self) -> dict[Domain, int]:
        """The partition of every domain: the levels of a tree share their `by`."""
        partitions = self._scored.inputs.partitions
        return {(part.by, domain): place for place, part in enumerate(partitions) for domain in part.domains}

    @cached_property
    def _rankings(self) -> dict[tuple[Measure, int], tuple[Rank, ...]]:
        found: dict[tuple[Measure, int], list[Rank]] = {}
        for measure, ranks in self._ranks.items():
            for domain, one in ranks.items():
                found.setdefault((measure, self._place[domain]), []).append(one)
        return {key: tuple(sorted(ranks, key=lambda one: one.rank)) for key, ranks in found.items()}


def _turned(one: Comparison) -> Comparison:
    """The same difference seen from the other side."""
    low, high = (None if bound is None else -bound for bound in (one.high, one.low))
    less = None if one.difference is None else 0.0 - one.difference
    return replace(one, a=one.b, b=one.a, difference=less, low=low, high=high)
