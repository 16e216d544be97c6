"""Roles, and what each may do; a grant gives a role over one branch of the agency tree, or over all of it."""

from __future__ import annotations

from dataclasses import dataclass

# What a page or a command can ask for. `enter`: tablets, paper forms and monitoring of a place. `read`: what is
# released. `export`: raw answers, and runs that are not released yet. `approve`: release what another estimated.
# `sign_off`: answer for an agency. `run`: everything of the survey office. `administer`: accounts, keys, the audit.
RIGHTS = ("enter", "read", "export", "approve", "sign_off", "run", "administer")

RIGHTS_OF_ROLE: dict[str, frozenset[str]] = {
    "administrator": frozenset(RIGHTS),
    "survey_office": frozenset({"enter", "read", "export", "approve", "run"}),
    "evaluator": frozenset({"read", "export", "approve"}),
    "agency_reader": frozenset({"read", "sign_off"}),
    "counter": frozenset({"enter"}),
}


@dataclass(frozen=True, slots=True)
class Granted:
    """A role over the branch of an agency; `agency` None: over the whole tree."""

    role: str
    agency: str | None = None


def may(grants: tuple[Granted, ...], right: str) -> bool:
    """Whether any grant carries this right, wherever."""
    return any(right in RIGHTS_OF_ROLE[one.role] for one in grants)


def tops(grants: tuple[Granted, ...], right: str) -> frozenset[str] | None:
    """Codes of the agencies over whose branches the right holds; None: over the whole tree."""
    found = {one.agency for one in grants if right in RIGHTS_OF_ROLE[one.role]}
    return None if None in found else frozenset(code for code in found if code is not None)
