"""Agencies, and the tree they formed on a day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import aliased

from app.extensions import db
from app.models import Agency, AgencyName, AgencyParent
from app.queries.errors import NotFound

# Which name is shown where an agency has none in the language asked for.
FALLBACK_LANGUAGES = ("vi", "en")


@dataclass(frozen=True, slots=True)
class AgencyOnDay:
    """One agency as it stood on a day. `parent` is a code; None for a root."""

    code: str
    kind: str
    parent: str | None
    names: dict[str, str]

    def label(self, language: str) -> str:
        """Its name in this language, else in another that it has, else its code."""
        for wanted in (language, *FALLBACK_LANGUAGES, *sorted(self.names)):
            if wanted in self.names:
                return self.names[wanted]
        return self.code


@dataclass(frozen=True)
class AgencyTree:
    """All agencies valid on a day and how they stand under each other; `agencies` are in order of code.

    An agency whose parent is not valid on the day is a root.
    """

    on: date
    agencies: tuple[AgencyOnDay, ...]

    @cached_property
    def _by_code(self) -> dict[str, AgencyOnDay]:
        return {agency.code: agency for agency in self.agencies}

    @cached_property
    def _children(self) -> dict[str | None, tuple[str, ...]]:
        found: dict[str | None, list[str]] = {}
        for agency in self.agencies:
            parent = agency.parent if agency.parent in self._by_code else None
            found.setdefault(parent, []).append(agency.code)
        return {parent: tuple(codes) for parent, codes in found.items()}

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def get(self, code: str) -> AgencyOnDay:
        """The agency with this code; NotFound where none was valid on the day."""
        if code not in self._by_code:
            raise NotFound("agency", f"{code} on {self.on}")
        return self._by_code[code]

    def label(self, code: str, language: str) -> str:
        """The agency's name on the day."""
        return self.get(code).label(language)

    @property
    def roots(self) -> tuple[str, ...]:
        """Codes of the agencies that stand under none."""
        return self._children.get(None, ())

    def children(self, code: str) -> tuple[str, ...]:
        """Codes of the agencies directly below."""
        return self._children.get(self.get(code).code, ())

    def branch(self, code: str) -> tuple[str, ...]:
        """Codes of the agency and of all below it, each parent before its children."""
        return (
            self.get(code).code,
            *(below for child in self.children(code) for below in self.branch(child)),
        )

    def path(self, code: str) -> tuple[str, ...]:
        """Codes from the root down to the agency."""
        return tuple(reversed(tuple(self._upwards(self.get(code)))))

    def covered(self, tops: frozenset[str] | None) -> frozenset[str] | None:
        """Codes of everything at or below these agencies; None, for all of the tree, where `tops` is None.

        An agency that is not in the tree on this day covers nothing.
        """
        if tops is None:
            return None
        return frozenset(code for top in tops if top in self for code in self.branch(top))

    def _upwards(self, agency: AgencyOnDay) -> Iterator[str]:
        yield agency.code
        if agency.parent in self._by_code:
            yield from self._upwards(self._by_code[agency.parent])


def valid_on(table: type[Agency] | type[AgencyName] | type[AgencyParent], day: date) -> ColumnElement[bool]:
    """The condition that a dated row holds on this day."""
    return (table.valid_from <= day) & or_(table.valid_to.is_(None), table.valid_to > day)


def find_agency(code: str) -> Agency | None:
    """The agency with this code, whenever it was valid."""
    return db.session.scalar(select(Agency).where(Agency.code == code))


def get_agency(code: str) -> Agency:
    """The agency with this code, whenever it was valid; NotFound where there never was one."""
    agency = find_agency(code)
    if agency is None:
        raise NotFound("agency", code)
    return agency


def list_agencies() -> list[Agency]:
    """Every agency that ever was, in order of code."""
    return list(db.session.scalars(select(Agency).order_by(Agency.code)))


def get_tree(on: date) -> AgencyTree:
    """The agency tree of a day; two queries however many agencies there are."""
    parent = aliased(Agency)
    found = db.session.execute(
        select(Agency.id, Agency.code, Agency.kind, parent.code)
        .outerjoin(AgencyParent, (AgencyParent.agency_id == Agency.id) & valid_on(AgencyParent, on))
        .outerjoin(parent, AgencyParent.parent_id == parent.id)
        .where(valid_on(Agency, on))
        .order_by(Agency.code)
    ).all()
    names: dict[int, dict[str, str]] = {}
    for agency_id, language, name in db.session.execute(
        select(AgencyName.agency_id, AgencyName.language, AgencyName.name).where(valid_on(AgencyName, on))
    ):
        names.setdefault(agency_id, {})[language] = name
    return AgencyTree(
        on,
        tuple(AgencyOnDay(code, kind, above, names.get(number, {})) for number, code, kind, above in found),
    )
