"""The page of sign-off and improvement plan as text."""

from __future__ import annotations

from dataclasses import dataclass

from app.config import office_day
from app.figures import show, show_date
from app.messages import translations
from app.models import Release, SignOff
from app.results.chart import kind_of
from app.scorecards import Figure
from app.services.plan_pages import AgencyPlan, PlanLine, Standing


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One line of the plan; `due_on` is for the form, `due` for reading."""

    number: int
    place: int
    measure: str
    owner: str
    due: str
    due_on: str
    state: str
    state_text: str
    late: bool
    item: str
    item_label: str
    seen: str


@dataclass(frozen=True, slots=True)
class ShownSignOff:
    """Who signed, as what, and when; `release` is the number of the release that was signed."""

    name: str
    position: str
    day: str
    comment: str
    release: int


@dataclass(frozen=True, slots=True)
class SignOffPage:
    """Everything the page shows of one agency. `headline` is one sentence, empty where there is no figure to say."""

    plan: AgencyPlan
    headline: str
    lines: tuple[ShownLine, ...]
    signed: ShownSignOff | None
    earlier: ShownSignOff | None
    release: str
    is_newest: bool


@dataclass(frozen=True, slots=True)
class ShownStanding:
    """One agency of the list."""

    code: str
    name: str
    indent: int
    signed: ShownSignOff | None
    lines: str
    done: str
    late: int


DEEPEST = 6  # indents that the stylesheet knows


def sign_off_shown(plan: AgencyPlan, release: Release, language: str) -> SignOffPage:
    """The page in a language."""
    _ = translations(language).gettext
    return SignOffPage(
        plan=plan,
        headline=_headline(plan, language),
        lines=tuple(_line(one, place, language) for place, one in enumerate(plan.lines, start=1)),
        signed=signed_shown(plan.sign_off, release.number, language),
        earlier=signed_shown(plan.earlier, plan.earlier.release.number if plan.earlier else 0, language),
        release=_("Release %(number)s of %(date)s")
        % {"number": release.number, "date": show_date(release.published_on, language)},
        is_newest=plan.newest == release.number,
    )


def standing_shown(found: Standing, release: Release, language: str) -> tuple[ShownStanding, ...]:
    """The lines of the list, in tree order."""
    return tuple(
        ShownStanding(
            code=one.code,
            name=one.name,
            indent=min(one.depth, DEEPEST),
            signed=signed_shown(one.sign_off, release.number, language),
            lines=show(Figure(one.counts.lines), "count", language),
            done=show(Figure(one.counts.done), "count", language),
            late=one.counts.late,
        )
        for one in found.lines
    )


def signed_shown(found: SignOff | None, release: int, language: str) -> ShownSignOff | None:
    """A sign-off as text; None for none."""
    if found is None:
        return None
    day = show_date(office_day(found.signed_at), language)
    return ShownSignOff(found.signed_name, found.position, day, found.comment, release)


def _headline(plan: AgencyPlan, language: str) -> str:
    row = plan.index
    if row is None:
        return ""
    if row.value.value is None:
        return f"{row.node_label}: {show(row.value, 'percent', language)}. {row.flag_reason or ''}".strip()
    kind = kind_of(row)
    unit = "%" if row.measure == "top_box" else ""
    text = f"{row.node_label}: {show(row.value, kind, language)}{unit}"
    if row.low.value is not None:
        text += f" ({show(row.low, kind, language)} – {show(row.high, kind, language)})"
    return f"{text}; n = {show(row.n, 'count', language)}"


def _line(one: PlanLine, place: int, language: str) -> ShownLine:
    line = one.line
    return ShownLine(
        number=line.number,
        place=place,
        measure=line.measure,
        owner=line.owner,
        due=show_date(line.due_on, language),
        due_on=line.due_on.isoformat(),
        state=line.state,
        state_text=one.state,
        late=one.late,
        item=line.item or "",
        item_label=one.item_label,
        seen=one.seen,
    )
