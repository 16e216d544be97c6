"""Roles, and what each may do; a grant gives a role over one branch of the agency tree, or over all of it."""

from __future__ import annotations

from dataclasses import dataclass

# What a page or a command can ask for. `enter`: tablets, paper forms and monitoring of a place. `read`: what is
# released. `export`: raw answers, and runs that are not released yet. `approve`: release what another estimated.
# `sign_off`: answer for an agency. `run`: everything of the survey office. `administer`: accounts, keys, the audit.
RIGHTS = ("enter", "read", "export", "approve", "sign_off", "run", "administer")

# These hold over the whole tree or not at all: a wave, an account and a key belong to no branch.
UNDIVIDED = frozenset({"run", "administer"})

RIGHTS_OF_ROLE: dict[str, frozenset[str]] = {
    "administrator": frozenset(RIGHTS),
    "survey_office": frozenset({"enter", "read", "export", "approve", "run"}),
    "evaluator": frozenset({"read", "export", "approve"}),
    "agency_reader": frozenset({"read", "sign_off"}),
    "counter": frozenset({"enter"}),
}

# Roles that are nothing over a branch: what they are for is undivided.
UNDIVIDED_ROLES = frozenset({"administrator"})


@dataclass(frozen=True, slots=True)
class Granted:
    """A role over the branch of an agency; `agency` None: over the whole tree."""

    role: str
    agency: str | None = None


def may(grants: tuple[Granted, ...], right: str) -> bool:
    """Whether any grant carries this right, wherever; an undivided right only over the whole tree."""
    return any(_carries(one, right) for one in grants)


def tops(grants: tuple[Granted, ...], right: str) -> frozenset[str] | None:
    """Codes of the agencies over whose branches the right holds; None: over the whole tree."""
    found = {one.agency for one in grants if _carries(one, right)}
    return None if None in found else frozenset(code for code in found if code is not None)


def _carries(grant: Granted, right: str) -> bool:
    return right in RIGHTS_OF_ROLE[grant.role] and (grant.agency is None or right not in UNDIVIDED)
