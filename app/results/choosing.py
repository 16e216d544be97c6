"""What of a release a person looks at: one of its indices, and the whole tree or one branch of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.queries.errors import NotFound
from app.scorecards import Row
from app.services.overview import AgencyLine, Overview


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address asks for: codes of an index and of an agency; None or empty for the default."""

    index: str | None = None
    branch: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One index of a release over the whole tree or a branch.

    `index` is its code, None where the instrument has no index. `branch` is the top line of the branch, None for
    the whole tree. `lines` are the agencies in tree order, `charted` those of the first level among them, `above`
    the one agency over these (None: all agencies together) and `reference` its row (None: nobody answered).
    """

    index: str | None
    index_label: str
    branch: AgencyLine | None
    lines: tuple[AgencyLine, ...]
    charted: tuple[AgencyLine, ...]
    above: AgencyLine | None
    reference: Row | None
    branches: tuple[
        AgencyLine, ...
    ]  # what can be chosen: agencies that have others below, and the chosen one

    def row(self, line: AgencyLine) -> Row | None:
        """The line's figures for the index; None where nobody answered."""
        return line.rows.get(self.index) if self.index is not None else None


def choose(overview: Overview, wanted: Wanted) -> Choice:
    """The wanted index (default: the first) and branch (default: all); NotFound where the release has none such."""
    code = _index(overview, wanted.index)
    top = _branch(overview, wanted.branch)
    lines = tuple(_below(overview.lines, top)) if top is not None else overview.lines
    charted, above = _first_level(lines)
    rows = above.rows if above is not None else overview.whole
    return Choice(
        index=code,
        index_label=dict(overview.indices).get(code or "", ""),
        branch=top,
        lines=lines,
        charted=charted,
        above=above,
        reference=rows.get(code or ""),
        branches=tuple(_branches(overview.lines, top)),
    )


def _index(overview: Overview, wanted: str | None) -> str | None:
    codes = [code for code, _ in overview.indices]
    if not wanted:
        return codes[0] if codes else None
    if wanted not in codes:
        raise NotFound("index", wanted)
    return wanted


def _branch(overview: Overview, wanted: str | None) -> AgencyLine | None:
    if not wanted:
        return None
    for line in overview.lines:
        if line.code == wanted:
            return line
    raise NotFound("agency", wanted)


def _below(lines: Iterable[AgencyLine], top: AgencyLine) -> Iterator[AgencyLine]:
    """The line and all below it; parents stand before their children."""
    inside = {top.code}
    for line in lines:
        if line.code == top.code or line.parent in inside:
            inside.add(line.code)
            yield line


def _first_level(lines: tuple[AgencyLine, ...]) -> tuple[tuple[AgencyLine, ...], AgencyLine | None]:
    """The uppermost agencies that are more than one, and the single one above them where there is one."""
    present = {line.code for line in lines}
    level = tuple(line for line in lines if line.parent not in present)
    above = None
    while len(level) == 1:
        children = tuple(line for line in lines if line.parent == level[0].code)
        if not children:
            break
        level, above = children, level[0]
    return level, above


def _branches(lines: tuple[AgencyLine, ...], chosen: AgencyLine | None) -> Iterator[AgencyLine]:
    parents = {line.parent for line in lines}
    for line in lines:
        if line.code in parents or line is chosen:
            yield line
