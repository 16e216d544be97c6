"""Every agency with its names and parents, read at once and changed in memory, so that a thousand changes of one
list cost little more than one. What is changed is written down, for the preview and for the audit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.models import Agency, AgencyName, AgencyParent
from app.queries.errors import NotFound
from app.services.agencies.refusals import ChangeRefused
from app.services.agencies.rows import LONGEST_NAME, AgencyRow, Life, clean

# Marks a sentence for the catalogue; it is translated where it is said.
_ = str

What = Literal["began", "renamed", "moved", "merged", "ended"]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that becomes different from a day on.

    `before` and `after` are names where it was `renamed` (in `language`), else codes of agencies: the parents of one
    that `moved` (empty: a root), the parent of one that `began`, the heir of one that `merged`.
    """

    what: What
    agency: str
    on: date
    before: str = ""
    after: str = ""
    language: str = ""


class Register:
    """The agencies within one transaction. Each change checks first and then changes, or raises ChangeRefused."""

    def __init__(self, session: Session):
        self.session = session
        found = session.scalars(
            select(Agency)
            .options(selectinload(Agency.names), selectinload(Agency.parents))
            .order_by(Agency.code)
        )
        self.agencies = {agency.code: agency for agency in found}
        self._below: dict[str, list[AgencyParent]] = {}
        for agency in self.agencies.values():
            for link in agency.parents:
                self._below.setdefault(link.parent.code, []).append(link)
        self._days = {link.valid_from for links in self._below.values() for link in links}
        self._owner = {id(link): agency for agency in self.agencies.values() for link in agency.parents}
        self.changes: list[Change] = []
        # The agencies below each change, as they stood before it: whom it concerns beside the agency itself.
        self.concerned: list[frozenset[str]] = []

    def get(self, code: str) -> Agency:
        """The agency with this code, whenever it was; NotFound where there never was one."""
        if code not in self.agencies:
            raise NotFound("agency", code)
        return self.agencies[code]

    def lives(self) -> dict[str, Life]:
        """The days of every agency by code."""
        return {code: _life(agency) for code, agency in self.agencies.items()}

    def names_on(self, agency: Agency, day: date) -> dict[str, str]:
        """What it is called on this day, by language."""
        return {one.language: one.name for one in agency.names if _life(one).has(day)}

    def parent_on(self, agency: Agency, day: date) -> Agency | None:
        """Under which agency it stands on this day; None for a root."""
        link = self._link_on(agency, day)
        return link.parent if link is not None and _life(link.parent).has(day) else None

    def children(self, code: str, day: date) -> list[Agency]:
        """The agencies directly below on this day, in order of code."""
        links = [link for link in self._below.get(code, ()) if _life(link).has(day)]
        found = [agency for link in links if _life(agency := self._owner[id(link)]).has(day)]
        return sorted(found, key=lambda agency: agency.code)

    def branch(self, code: str, day: date) -> Iterator[str]:
        """The agency and all below it on this day."""
        yield code
        for child in self.children(code, day):
            yield from self.branch(child.code, day)

    def begin(self, rows: Mapping[str, AgencyRow]) -> list[Agency]:
        """Create agencies whose rows were checked; a parent or heir may be among them."""
        for row in rows.values():
            agency = Agency(code=row.code, kind=row.kind, valid_from=row.valid_from, valid_to=row.valid_to)
            for language, name in row.names.items():
                self._add_name(agency, language, name, row.valid_from)
            self.agencies[row.code] = agency
            self.session.add(agency)
        for row in rows.values():
            agency = self.agencies[row.code]
            agency.merged_into = self.agencies[row.merged_into] if row.merged_into else None
            if row.parent:
                self._add_link(agency, self.agencies[row.parent], row.parent_from or row.valid_from)
            self._note(Change("began", row.code, row.valid_from, after=row.parent or ""), [row.code])
        return [self.agencies[code] for code in rows]

    def rename(self, code: str, names: Mapping[str, str], on: date) -> None:
        """From this day on it is called so, in the languages given."""
        agency = self._living(code, on)
        for language, name in names.items():
            if not clean(name):
                raise ChangeRefused(
                    code, _("the new name in %(language)s is empty; write one."), language=language
                )
            if len(clean(name)) > LONGEST_NAME:
                raise ChangeRefused(
                    code, _("a name is longer than %(most)s signs; shorten it."), most=LONGEST_NAME
                )
            if any(one.language == language and one.valid_from >= on for one in agency.names):
                raise ChangeRefused(
                    code,
                    _("it has a name in %(language)s from %(day)s or later; choose a later day."),
                    language=language,
                    day=on,
                )
        before = self.names_on(agency, on)
        for language, name in names.items():
            for one in agency.names:
                if one.language == language and _life(one).has(on):
                    one.valid_to = on
            self._add_name(agency, language, name, on)
            self._note(Change("renamed", code, on, before.get(language, ""), clean(name), language), [code])

    def move(self, code: str, parent: str | None, on: date) -> None:
        """From this day on it stands under another, or is a root."""
        agency = self._living(code, on)
        if any(link.valid_from >= on for link in agency.parents):
            raise ChangeRefused(
                code, _("it has a parent from %(day)s or later already; choose a later day."), day=on
            )
        above = self._living(parent, on) if parent else None
        if above is not None:
            self._check_place(agency, above, on)
        before = self.parent_on(agency, on)
        branch = list(self.branch(code, on))
        self._end_link(agency, on)
        if above is not None:
            self._add_link(agency, above, on)
        self._note(Change("moved", code, on, before.code if before else "", parent or ""), branch)

    def merge(self, code: str, into: str, on: date) -> None:
        """On this day it ends and goes up in another; what stood below it moves there."""
        agency, heir = self._living(code, on), self._living(into, on)
        branch = list(self.branch(code, on))
        if heir.code in branch:
            raise ChangeRefused(
                code, _("it cannot go up in %(heir)s, which stands below it; move %(heir)s first."), heir=into
            )
        self._check_end(agency, on)
        for child in self.children(code, on):
            self.move(child.code, into, on)
        self._check_nothing_planned(agency, on)
        self._finish(agency, on)
        agency.merged_into = heir
        self._note(Change("merged", code, on, after=into), branch)

    def end(self, code: str, on: date) -> None:
        """On this day it is no more; nothing may stand below it then."""
        agency = self._living(code, on)
        self._check_end(agency, on)
        below = self.children(code, on)
        if below:
            raise ChangeRefused(
                code,
                _("%(count)s agencies stand below it, such as %(child)s; move or end them first."),
                count=len(below),
                child=below[0].code,
            )
        self._check_nothing_planned(agency, on)
        self._finish(agency, on)
        self._note(Change("ended", code, on), [code])

    def _living(self, code: str, on: date) -> Agency:
        agency = self.get(code)
        if not _life(agency).has(on):
            raise ChangeRefused(code, _("it does not exist on %(day)s; choose a day of its life."), day=on)
        return agency

    def _check_place(self, agency: Agency, above: Agency, on: date) -> None:
        if not _life(above).covers(Life(on, agency.valid_to)):
            raise ChangeRefused(
                agency.code,
                _("%(parent)s ends before it does; name another parent."),
                parent=above.code,
            )
        # A later change above could close a circle that is open today, so every later shape of the tree counts.
        for day in (on, *sorted(day for day in self._days if day > on)):
            if _life(agency).has(day) and self._stands_below(above, agency, day):
                raise ChangeRefused(
                    agency.code,
                    _("%(parent)s stands below it on %(day)s; name another parent."),
                    parent=above.code,
                    day=day,
                )

    def _stands_below(self, agency: Agency, top: Agency, day: date) -> bool:
        """Whether `top` is the agency or stands above it."""
        seen: set[str] = set()
        step: Agency | None = agency
        while step is not None and step.code not in seen:
            if step is top:
                return True
            seen.add(step.code)
            step = self.parent_on(step, day)
        return False

    def _check_end(self, agency: Agency, on: date) -> None:
        if agency.valid_from >= on:
            raise ChangeRefused(
                agency.code, _("it begins on %(day)s; choose a later day."), day=agency.valid_from
            )

    def _check_nothing_planned(self, agency: Agency, on: date) -> None:
        planned = (*agency.names, *agency.parents, *self._below.get(agency.code, ()))
        if any(row.valid_from >= on for row in planned):
            raise ChangeRefused(
                agency.code,
                _("something is planned for it on %(day)s or later; choose a later day."),
                day=on,
            )

    def _finish(self, agency: Agency, on: date) -> None:
        """It ends, and its names and its place with it."""
        self._end_link(agency, on)
        for one in agency.names:
            if _life(one).has(on):
                one.valid_to = on
        agency.valid_to = on

    def _add_name(self, agency: Agency, language: str, name: str, since: date) -> None:
        agency.names.append(
            AgencyName(language=language, name=clean(name), valid_from=since, valid_to=agency.valid_to)
        )

    def _add_link(self, agency: Agency, parent: Agency, since: date) -> None:
        link = AgencyParent(parent=parent, valid_from=since, valid_to=agency.valid_to)
        agency.parents.append(link)
        self._owner[id(link)] = agency
        self._days.add(since)
        self._below.setdefault(parent.code, []).append(link)

    def _link_on(self, agency: Agency, day: date) -> AgencyParent | None:
        return next((link for link in agency.parents if _life(link).has(day)), None)

    def _end_link(self, agency: Agency, on: date) -> None:
        link = self._link_on(agency, on)
        if link is not None:
            link.valid_to = on

    def _note(self, change: Change, branch: list[str]) -> None:
        self.changes.append(change)
        self.concerned.append(frozenset(branch))


def _life(row: Agency | AgencyName | AgencyParent) -> Life:
    return Life(row.valid_from, row.valid_to)
