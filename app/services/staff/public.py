"""One unit of a released staff wave as its readers may see it; for everybody, without what people wrote."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from app.models import Release
from app.queries.agencies import get_tree
from app.queries.errors import NotFound
from app.services.assembly.staff import WHOLE
from app.services.staff.results import UnitResult, unit_result, unit_table


def public_unit_result(release: Release, code: str, variable: str | None, language: str) -> UnitResult:
    """The results of an agency (`WHOLE`: of all) without comments and workbook; NotFound as for `unit_result`."""
    return replace(unit_result(release, code, variable, language), comments=(), workbook=None)


def seen_unit_result(
    release: Release, code: str, variable: str | None, language: str, tops: frozenset[str] | None
) -> UnitResult:
    """The results of a unit for a reader of these branches; NotFound outside them.

    What all agencies have together is a page of its own only for who reads all of them: it leads to every unit.
    """
    covered = _covered(release, code, tops)
    found = unit_result(release, code, variable, language)
    if covered is None:
        return found
    return replace(found, above=tuple(one for one in found.above if one[0] in covered))


def seen_unit_table(
    release: Release, code: str, variable: str | None, tops: frozenset[str] | None
) -> dict[str, Any]:
    """One table of the release's set for a reader of these branches; NotFound outside them and the set."""
    _covered(release, code, tops)
    return unit_table(release, code, variable)


def _covered(release: Release, code: str, tops: frozenset[str] | None) -> frozenset[str] | None:
    covered = get_tree(release.wave.tree_date).covered(tops)
    if covered is not None and (code == WHOLE or code not in covered):
        raise NotFound("agency", code)
    return covered
