"""What the pages of sign-off and improvement plan show: one agency, and all agencies of a branch."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date

from app.models import ImprovementLine, Release, SignOff
from app.queries.agencies import get_tree
from app.queries.errors import NotFound
from app.queries.improvement import (
    PlanCounts,
    count_lines,
    find_earlier_plan,
    find_earlier_sign_off,
    find_sign_off,
    list_all_lines,
    list_lines,
    list_sign_offs,
)
from app.queries.releases import get_release
from app.queries.waves import instrument_of
from app.scorecards import Row
from app.services.assembly.labels import text_in
from app.services.exporting.delimited import guarded
from app.services.improvement import is_late, plan_seen, seen, state_label
from app.services.released import rows_of

Tops = frozenset[str] | None


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One line of a plan with its mark, and whether it is overdue; `item_label` is empty where it answers none."""

    line: ImprovementLine
    seen: str
    late: bool
    state: str
    item_label: str


@dataclass(frozen=True, slots=True)
class AgencyPlan:
    """One agency after a release. `index` None: there is no figure of it at all.

    `earlier` is the sign-off of an earlier release where this one has none; `from_release` the number of an earlier
    release whose plan can be taken over. `newest` is the number of the newest release of the wave.
    """

    code: str
    name: str
    index: Row | None
    lines: tuple[PlanLine, ...]
    seen: str
    sign_off: SignOff | None
    earlier: SignOff | None
    from_release: int | None
    newest: int
    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class AgencyStanding:
    """One agency in the list: its place in the tree, its sign-off and what its plan comes to."""

    code: str
    name: str
    depth: int
    sign_off: SignOff | None
    counts: PlanCounts


@dataclass(frozen=True, slots=True)
class Standing:
    """One page of the agencies of a release; the counts are over all that the reader may see."""

    lines: tuple[AgencyStanding, ...]
    page: int
    pages: int
    agencies: int
    signed: int
    late: int


ON_A_PAGE = 100


def agency_plan(release: Release, code: str, language: str, today: date, tops: Tops = None) -> AgencyPlan:
    """An agency's plan and sign-off. NotFound outside the tree, and outside the branches of `tops`."""
    tree = get_tree(release.wave.tree_date)
    reached = tree.covered(tops)
    if code not in tree or (reached is not None and code not in reached):
        raise NotFound("agency", code)
    wave, lines = release.wave, list_lines(release, code)
    texts = {
        item.code: text_in(item.text, language)
        for item in instrument_of(wave).items
        if item.role in ("score", "open")
    }
    signed = find_sign_off(release, code)
    before = None if lines or signed else find_earlier_plan(release, code)
    name = tree.label(code, language)
    rows = rows_of(release, code, language, names={code: name})
    return AgencyPlan(
        code=code,
        name=name,
        index=next((row for row in rows if row.kind == "index"), None),
        lines=tuple(
            PlanLine(
                line=line,
                seen=seen(line),
                late=is_late(line, today),
                state=state_label(line.state, language),
                item_label=texts.get(line.item, line.item) if line.item else "",
            )
            for line in lines
        ),
        seen=plan_seen(lines),
        sign_off=signed,
        earlier=None if signed else find_earlier_sign_off(release, code),
        from_release=before.number if before else None,
        newest=get_release(wave.survey.code, wave.code).number,
        items=tuple(texts.items()),
    )


def standing(release: Release, language: str, today: date, tops: Tops = None, page: int = 1) -> Standing:
    """Which agencies have signed off; a fixed number of queries. NotFound for a page that is not there."""
    tree = get_tree(release.wave.tree_date)
    reached = tree.covered(tops)
    codes = [code for root in tree.roots for code in tree.branch(root) if reached is None or code in reached]
    pages = max(1, -(-len(codes) // ON_A_PAGE))
    if not 1 <= page <= pages:
        raise NotFound("page", page)
    signed, counts = list_sign_offs(release), count_lines(release, today)
    nothing = PlanCounts()
    return Standing(
        lines=tuple(
            AgencyStanding(
                code=code,
                name=tree.label(code, language),
                depth=len(tree.path(code)) - 1,
                sign_off=signed.get(code),
                counts=counts.get(code, nothing),
            )
            for code in codes[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]
        ),
        page=page,
        pages=pages,
        agencies=len(codes),
        signed=sum(code in signed for code in codes),
        late=sum(counts[code].late for code in codes if code in counts),
    )


def plans_csv(release: Release, language: str, today: date, tops: Tops = None) -> str:
    """All plans as CSV, with a BOM for spreadsheets; an apostrophe keeps text that looks like a formula text."""
    tree = get_tree(release.wave.tree_date)
    reached = tree.covered(tops)
    signed = list_sign_offs(release)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(
        ["agency", "name", "number", "measure", "owner", "due_on", "state", "overdue", "item", "signed_by"]
    )
    for code, line in list_all_lines(release):
        if code not in tree or (reached is not None and code not in reached):
            continue
        by = signed[code].signed_name if code in signed else ""
        cells = [code, tree.label(code, language), line.number, line.measure, line.owner]
        cells += [line.due_on.isoformat(), line.state, int(is_late(line, today)), line.item or "", by]
        writer.writerow(guarded(tuple(cells), range(len(cells))))
    return "\ufeff" + text.getvalue()
