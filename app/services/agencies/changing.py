"""Changes to agencies: made, or only looked at. A preview makes the very change and takes it back, so that it says
exactly what would happen, and refuses what would be refused."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.extensions import transaction
from app.models import Agency
from app.services import audit
from app.services.agencies.concerned import ConcernedGrant, ConcernedWave, check_reported, grants_of, waves_of
from app.services.agencies.refusals import AgenciesRefused
from app.services.agencies.register import Change, Register
from app.services.agencies.rows import AgencyRow, problems_of
from app.services.errors import ServiceError

# One change at a time on PostgreSQL; any number that nothing else here uses.
TREE_LOCK = 1_145_327

# What one transaction does to the register.
Step = Callable[[Register], None]


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change does. `names` has the names, by language, of every agency that it speaks of.

    `waves` are those whose tree it reaches, `grants` the roles that would cover less, more, or nothing.
    """

    changes: tuple[Change, ...]
    names: Mapping[str, Mapping[str, str]]
    waves: tuple[ConcernedWave, ...]
    grants: tuple[ConcernedGrant, ...]

    def digest(self) -> str:
        """Stands for all that is said here: a preview that says the same has the same."""
        waves = [(wave.survey, wave.code, wave.state, wave.links) for wave in self.waves]
        return hashlib.sha256(repr((self.changes, waves, self.grants)).encode()).hexdigest()

    def counts(self) -> Counter[str]:
        """How many of each kind of change."""
        return Counter(change.what for change in self.changes)


class NotAsSeen(ServiceError):
    """What would change is no longer what was shown, so nothing was changed; `effect` is what it would be now."""

    def __init__(self, effect: Effect):
        super().__init__(
            "Something else has changed since; look at what would change now, and confirm again."
        )
        self.effect = effect


class _Seen(Exception):
    """Ends the transaction of a preview, so that nothing of it stays."""

    def __init__(self, effect: Effect):
        self.effect = effect


def preview(step: Step) -> Effect:
    """What a step would do; nothing is stored. Raises what the step raises."""
    try:
        with transaction() as session:
            raise _Seen(_done(session, step))
    except _Seen as seen:
        return seen.effect


def apply(
    step: Step, also: Callable[[Session, Effect], None] | None = None, *, seen: str | None = None
) -> Effect:
    """Make a change and write each part of it into the audit, or what `also` writes in place of that.

    `seen` is the digest of the preview that was confirmed. Raises NotAsSeen, and what the step raises.
    """
    with transaction() as session:
        effect = _done(session, step)
        if seen is not None and seen != effect.digest():
            raise NotAsSeen(effect)
        if also is None:
            for change in effect.changes:
                audit.record(session, f"agency.{change.what}", change.agency, **_facts(change))
        else:
            also(session, effect)
        return effect


def import_agencies(rows: Sequence[AgencyRow]) -> list[Agency]:
    """Create all agencies of the list, in its order; parents may stand after their children.

    Raises AgenciesRefused with every fault of every row; then none is created.
    """
    with transaction() as session:
        _alone(session)
        register = Register(session)
        problems = problems_of(rows, register.lives())
        if problems:
            raise AgenciesRefused(problems)
        created = register.begin({row.code: row for row in rows})
        audit.record(session, "agencies.imported", f"{len(created)} agencies", began=len(created))
        return created


def begin(row: AgencyRow) -> Step:
    """One new agency."""

    def step(register: Register) -> None:
        problems = problems_of([row], register.lives())
        if problems:
            raise AgenciesRefused(problems)
        register.begin({row.code: row})

    return step


def rename(code: str, names: Mapping[str, str], on: date) -> Step:
    """It is called so from this day on; a name that it has already is no change."""

    def step(register: Register) -> None:
        present = register.names_on(register.get(code), on)
        changed = {language: name for language, name in names.items() if present.get(language) != name}
        register.rename(code, changed, on)

    return step


def move(code: str, parent: str | None, on: date) -> Step:
    """It stands under another from this day on."""
    return lambda register: register.move(code, parent, on)


def merge(code: str, into: str, on: date) -> Step:
    """It goes up in another on this day."""
    return lambda register: register.merge(code, into, on)


def end(code: str, on: date) -> Step:
    """It is no more from this day on."""
    return lambda register: register.end(code, on)


def begin_agency(row: AgencyRow) -> None:
    """One new agency. Raises AgenciesRefused."""
    apply(begin(row))


def rename_agency(code: str, names: Mapping[str, str], on: date) -> None:
    """From this day on the agency is called so, in the languages given. Raises ChangeRefused."""
    apply(rename(code, names, on))


def move_agency(code: str, parent: str | None, on: date) -> None:
    """From this day on the agency stands under another, or is a root. Raises ChangeRefused."""
    apply(move(code, parent, on))


def merge_agency(code: str, into: str, on: date) -> None:
    """On this day the agency ends and goes up in another; what stood below it moves there. Raises ChangeRefused."""
    apply(merge(code, into, on))


def end_agency(code: str, on: date) -> None:
    """On this day the agency is no more. Raises ChangeRefused, also where something stands below it."""
    apply(end(code, on))


def _alone(session: Session) -> None:
    """Before the tree is read: two moves that each see the tree without the other could close a circle."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(TREE_LOCK)))


def _done(session: Session, step: Step) -> Effect:
    _alone(session)
    register = Register(session)
    step(register)
    session.flush()  # what the database itself holds is seen now, and not after the confirmation
    waves = waves_of(session, register)
    check_reported(register, waves)
    return Effect(tuple(register.changes), _names(register), waves, grants_of(session, register))


def _names(register: Register) -> dict[str, dict[str, str]]:
    """The names on the day of each change; for one that ends on it, those of the day before."""
    found: dict[str, dict[str, str]] = {}
    for change in register.changes:
        codes = [change.agency]
        if change.what != "renamed":
            codes += [code for code in (change.before, change.after) if code]
        for code in codes:
            agency = register.agencies[code]
            found[code] = register.names_on(agency, change.on) or {
                one.language: one.name for one in agency.names
            }
    return found


def _facts(change: Change) -> dict[str, object]:
    facts = {"on": change.on, "before": change.before, "after": change.after, "language": change.language}
    return {name: value for name, value in facts.items() if value}
