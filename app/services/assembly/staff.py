"""What the release of a staff wave takes beside its answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

WHOLE = "*"  # all agencies together, above the roots of the tree; no agency's code


@dataclass(frozen=True, slots=True, kw_only=True)
class LastWave:
    """The unit results of an earlier wave of the survey, as they were released."""

    wave: str
    title: Mapping[str, str]
    units: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Citizens:
    """The newest released results of the citizens' survey whose items staff items correspond to.

    `figures` gives (agency, node) its value in per cent with the number of answers; what is hidden is not there.
    """

    wave: str
    instrument: str
    title: Mapping[str, str]
    figures: Mapping[tuple[str, str], tuple[float, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffRelease:
    """A wave of staff whom nobody can trace, as it is released.

    `parents` gives each agency the one above it, None at the top; `heads` how many people are counted in the agency
    itself, those of small units below it included; `crossed` are the profile items of the tables; `earlier` the
    table documents of the same wave's releases before this one, the first one first.
    """

    wave: str
    parents: Mapping[str, str | None]
    heads: Mapping[str, int]
    crossed: tuple[str, ...] = ()
    earlier: tuple[Mapping[str, Any], ...] = ()
    last_wave: LastWave | None = None
    citizens: tuple[Citizens, ...] = field(default=())

    def head_count(self, branch: str) -> int | None:
        """People asked in a branch (`WHOLE`: everywhere); None where no head count is known."""
        found = [heads for code, heads in self.heads.items() if branch == WHOLE or branch in self.path(code)]
        return sum(found) if found else None

    def path(self, code: str) -> tuple[str, ...]:
        """The agency and all above it."""
        above = self.parents.get(code)
        return (code, *self.path(above)) if above is not None else (code,)
