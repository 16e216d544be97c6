"""What a release holds as lists for programs: its figures, comparisons and ranks, within a reader's branches.

Lists are in the order of the results document, which never changes. Only what is asked for is labelled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.models import Release
from app.queries.agencies import AgencyTree, get_tree
from app.scorecards import Row
from app.services.assembly.partitions import OWN
from app.services.assembly.records import Record
from app.services.release_files import is_signed
from app.services.released import labelled, released
from app.services.releasing import domain_names

Tops = frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which figures: of an agency (its branch and its own respondents), a node, a measure, a kind; None: of all.

    `branch`: also of the agencies below that one.
    """

    agency: str | None = None
    branch: bool = False
    node: str | None = None
    measure: str | None = None
    kind: str | None = None


def list_records(release: Release, tops: Tops, wanted: Wanted) -> list[Record]:
    """The figures that are wanted and may be seen: those of the whole by every reader, of agencies within `tops`.

    Raises NotFound for an agency that is not there, or not to be seen.
    """
    may_see = seen(release, tops, wanted.agency, branch=wanted.branch)
    return [
        one
        for domain, records in released(release).records.items()
        if may_see(domain)
        for one in records
        if (wanted.node is None or one.node == wanted.node)
        and (wanted.measure is None or one.measure == wanted.measure)
        and (wanted.kind is None or one.kind == wanted.kind)
    ]


def rows_for(release: Release, records: Sequence[Record], language: str) -> tuple[Row, ...]:
    """These figures with their labels, suppressed as everywhere."""
    tree = get_tree(release.wave.tree_date)
    codes = {agency_of(one.domain) for one in records}
    # Only those that are shown are named: a country has thousands.
    named = AgencyTree(tree.on, tuple(one for one in tree.agencies if one.code in codes))
    return labelled(release, records, domain_names(named, language), language)


def list_comparisons(
    release: Release,
    tops: Tops,
    agency: str | None = None,
    node: str | None = None,
    measure: str | None = None,
) -> list[Mapping[str, Any]]:
    """Differences between two domains that may both be seen, with the covariance kept, as in the results document."""
    may_see = seen(release, tops)
    of = seen(release, tops, agency) if agency is not None else may_see
    return [
        one
        for one in _comparisons(release)
        if may_see(one["a"])
        and may_see(one["b"])
        and (of(one["a"]) or (one["b"] is not None and of(one["b"])))
        and (node is None or one["node"] == node)
        and (measure is None or one["measure"] == measure)
    ]


def list_ranks(
    release: Release, tops: Tops, agency: str | None = None, node: str | None = None
) -> list[Mapping[str, Any]]:
    """Ranks of domains that may be seen, as in the results document."""
    may_see = seen(release, tops, agency)
    return [
        one
        for one in released(release).ranks
        if may_see(one["domain"]) and (node is None or one["node"] == node)
    ]


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook of a release: its name, whose it is (None: of all agencies), and whether it is signed."""

    stem: str
    domain: str | None
    signed: bool


def list_books(release: Release, tops: Tops, agency: str | None = None) -> list[Book]:
    """The workbooks, or those of an agency, that may be taken away; that of all agencies only by who sees all."""
    may_see = seen(release, tops, agency)
    return [
        Book(stem, domain, is_signed(release, stem))
        for domain, stem in released(release).stems.items()
        if may_see(domain) and (domain is not None or tops is None)
    ]


def seen(
    release: Release, tops: Tops, agency: str | None = None, *, branch: bool = False
) -> Callable[[str | None], bool]:
    """Whether a domain may be seen, and is of the agency where one is asked for. Raises NotFound for that agency."""
    tree = get_tree(release.wave.tree_date)
    covered = tree.covered(tops)
    if agency is None:
        return lambda domain: domain is None or covered is None or agency_of(domain) in covered
    visible = AgencyTree(
        tree.on, tuple(one for one in tree.agencies if covered is None or one.code in covered)
    )
    own = frozenset(visible.branch(agency)) if branch else frozenset((visible.get(agency).code,))
    return lambda domain: agency_of(domain) in own


def agency_of(domain: str | None) -> str | None:
    """The agency of a domain, which may be its own respondents alone, or one line of a crossing."""
    return None if domain is None else domain.partition("|")[0].removesuffix(OWN)


def _comparisons(release: Release) -> Iterator[Mapping[str, Any]]:
    for domain, found in released(release).comparisons.items():
        # Each stands with both of its domains.
        yield from (one for one in found if one["a"] == domain)
