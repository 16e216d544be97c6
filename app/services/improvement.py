"""The improvement plan of an agency after a release: what, who, by when, and how far it is.

Lines are written until the head of the agency signs off; how far a line is may be told later too. Whoever changes a
line says what they saw: where somebody else was quicker, nothing is overwritten.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.extensions import transaction
from app.messages import translations
from app.models import Agency, ImprovementLine, Release
from app.models.release import LINE_STATES
from app.queries.agencies import get_tree
from app.queries.errors import NotFound
from app.queries.improvement import find_earlier_plan, find_sign_off, list_lines
from app.queries.releases import get_release
from app.queries.waves import instrument_of
from app.services import audit
from app.services.spoken import SpokenError

LONGEST_MEASURE = 1000
LONGEST_OWNER = 255
MOST_LINES = 40
LAST_YEARS = 10  # no plan reaches further than so many years after its release

# Marks a sentence for the catalogue; it is translated where the page is made.
_ = str

NO_MEASURE = _("Write what is to be done, with at most %(most)s letters.")
NO_OWNER = _("Write who answers for it, with at most %(most)s letters.")
NO_DAY = _("Choose the day by which it is to be done.")
DAY_OUTSIDE = _("Choose a day from %(first)s to %(last)s.")
NO_STATE = _("Choose how far it is.")
NO_ITEM = _("Choose an item of the questionnaire, or none.")
SIGNED = _("The plan was signed off; only how far a line is can still be changed.")
CHANGED = _("Somebody else changed this line in the meantime; look at it again before you change it.")
TOO_MANY = _("A plan has at most %(most)s lines.")
NEWER = _("Release %(number)s has been published in the meantime; look at it and go on there.")
NOTHING_EARLIER = _(
    "There is no plan of an earlier release to take over, or this release has a plan already."
)


class PlanRefused(SpokenError):
    """Nothing was stored; `field` is the control that the sentence belongs to, empty for the whole."""

    def __init__(self, sentence: str, field: str = "", **facts: object):
        super().__init__(sentence, **facts)
        self.field = field


class PlanChanged(PlanRefused):
    """Somebody else was quicker."""


@dataclass(frozen=True, slots=True)
class LineGiven:
    """A line as it was typed. `due_on` is an ISO date; `item` empty: the line answers no single item."""

    measure: str
    owner: str
    due_on: str
    state: str = "planned"
    item: str = ""


def seen(line: ImprovementLine) -> str:
    """A mark of what a line says, by which a later change of it is noticed."""
    content = [line.number, line.measure, line.owner, line.due_on.isoformat(), line.state, line.item]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()[:16]


def state_label(state: str, language: str) -> str:
    """How far a line is, in words."""
    _ = translations(language).gettext
    return {"planned": _("not begun"), "under_way": _("in progress"), "done": _("finished")}[state]


def is_late(line: ImprovementLine, today: date) -> bool:
    """Whether its day has passed and it is not done."""
    return line.state != "done" and line.due_on < today


def plan_seen(lines: list[ImprovementLine]) -> str:
    """The same of a whole plan."""
    return hashlib.sha256("".join(map(seen, lines)).encode()).hexdigest()[:16]


def add_line(release: Release, agency: str, given: LineGiven) -> ImprovementLine:
    """A new line at the end of the plan. Raises PlanRefused, NotFound."""
    values = _checked(release, given)
    with transaction() as session:
        owner = lock_plan(session, release, agency)
        _require_unsigned(release, agency)
        if len(list_lines(release, agency)) >= MOST_LINES:
            raise PlanRefused(TOO_MANY, most=MOST_LINES)
        line = _new(session, release, owner, values)
        audit.record(session, "plan.line_added", plan_subject(release, agency), number=line.number)
        return line


def change_line(release: Release, agency: str, number: int, given: LineGiven, was: str) -> None:
    """Another text, owner, day or item. `was` is the mark of what was seen. Raises PlanRefused, NotFound."""
    values = _checked(release, given)
    with transaction() as session:
        lock_plan(session, release, agency)
        _require_unsigned(release, agency)
        line = _line(release, agency, number, was)
        for name, value in values.items():
            setattr(line, name, value)
        audit.record(
            session, "plan.line_changed", plan_subject(release, agency), number=number, state=line.state
        )


def set_state(release: Release, agency: str, number: int, state: str, was: str) -> None:
    """How far a line is; this can be told after the sign-off too. Raises PlanRefused, NotFound."""
    if state not in LINE_STATES:
        raise PlanRefused(NO_STATE, "state")
    with transaction() as session:
        lock_plan(session, release, agency)
        line = _line(release, agency, number, was)
        before, line.state = line.state, state
        audit.record(
            session,
            "plan.state_set",
            plan_subject(release, agency),
            number=number,
            before=before,
            state=state,
        )


def remove_line(release: Release, agency: str, number: int, was: str) -> None:
    """A line goes; its number is not given again while later lines stand. Raises PlanRefused, NotFound."""
    with transaction() as session:
        lock_plan(session, release, agency)
        _require_unsigned(release, agency)
        session.delete(_line(release, agency, number, was))
        audit.record(session, "plan.line_removed", plan_subject(release, agency), number=number)


def take_over(release: Release, agency: str) -> int:
    """Copy the plan of the newest earlier release of the wave into this one; the number of lines.

    Raises PlanRefused where there is none, or this release has a plan already.
    """
    with transaction() as session:
        owner = lock_plan(session, release, agency)
        _require_unsigned(release, agency)
        earlier = find_earlier_plan(release, agency)
        if earlier is None or list_lines(release, agency):
            raise PlanRefused(NOTHING_EARLIER)
        lines = list_lines(earlier, agency)
        for one in lines:
            _new(
                session,
                release,
                owner,
                {name: getattr(one, name) for name in ("measure", "owner", "due_on", "state", "item")},
            )
        audit.record(
            session,
            "plan.taken_over",
            plan_subject(release, agency),
            release=earlier.number,
            lines=len(lines),
        )
        return len(lines)


def lock_plan(session: Session, release: Release, agency: str) -> Agency:
    """The agency of a plan; nobody else changes plans of this release before the transaction ends.

    Raises PlanRefused where a newer release has come.
    """
    wave = release.wave
    get_tree(wave.tree_date).get(agency)
    session.execute(select(Release.id).where(Release.id == release.id).with_for_update())
    newest = get_release(wave.survey.code, wave.code).number
    if newest != release.number:
        raise PlanRefused(NEWER, number=newest)
    return session.scalars(select(Agency).where(Agency.code == agency)).one()


def plan_subject(release: Release, agency: str) -> str:
    """What the audit calls the plan of an agency."""
    return f"{release.wave.survey.code}/{release.wave.code}/{release.number} {agency}"


def _new(
    session: Session, release: Release, agency: Agency, values: dict[str, str | date | None]
) -> ImprovementLine:
    last = session.scalar(
        select(func.max(ImprovementLine.number)).where(
            ImprovementLine.release_id == release.id, ImprovementLine.agency_id == agency.id
        )
    )
    line = ImprovementLine(release_id=release.id, agency_id=agency.id, number=(last or 0) + 1, **values)
    session.add(line)
    session.flush()  # the next line counts on from this one
    return line


def _line(release: Release, agency: str, number: int, was: str) -> ImprovementLine:
    for line in list_lines(release, agency):
        if line.number == number:
            if seen(line) != was:
                raise PlanChanged(CHANGED)
            return line
    raise NotFound("line of the plan", number)


def _require_unsigned(release: Release, agency: str) -> None:
    if find_sign_off(release, agency) is not None:
        raise PlanRefused(SIGNED)


def _checked(release: Release, given: LineGiven) -> dict[str, str | date | None]:
    measure, owner = tidy(given.measure), " ".join(tidy(given.owner).split())
    if not 1 <= len(measure) <= LONGEST_MEASURE:
        raise PlanRefused(NO_MEASURE, "measure", most=LONGEST_MEASURE)
    if not 1 <= len(owner) <= LONGEST_OWNER:
        raise PlanRefused(NO_OWNER, "owner", most=LONGEST_OWNER)
    try:
        day = date.fromisoformat(given.due_on.strip())
    except ValueError:
        raise PlanRefused(NO_DAY, "due_on") from None
    first = release.published_on
    last = date(first.year + LAST_YEARS, 12, 31)
    if not first <= day <= last:
        raise PlanRefused(DAY_OUTSIDE, "due_on", first=f"{first:%d/%m/%Y}", last=f"{last:%d/%m/%Y}")
    if given.state not in LINE_STATES:
        raise PlanRefused(NO_STATE, "state")
    if given.item and given.item not in {item.code for item in instrument_of(release.wave).items}:
        raise PlanRefused(NO_ITEM, "item")
    return {
        "measure": measure,
        "owner": owner,
        "due_on": day,
        "state": given.state,
        "item": given.item or None,
    }


def tidy(text: str) -> str:
    """What somebody typed: one form of each letter, no control characters, lines kept."""
    lines = unicodedata.normalize("NFC", text).splitlines()
    kept = ("".join(sign for sign in line if sign.isprintable()) for line in lines)
    return "\n".join(" ".join(line.split()) for line in kept).strip()
