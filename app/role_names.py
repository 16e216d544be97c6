"""Roles in the reader's language, and over which branch each holds."""

from __future__ import annotations

from dataclasses import dataclass

from app import clock
from app.config import office_day
from app.messages import translations
from app.models import User
from app.queries.agencies import AgencyTree, get_tree


@dataclass(frozen=True, slots=True)
class ShownGrant:
    """A role of an account by its row number; `place` is empty where it holds over the whole tree."""

    number: int
    role: str
    place: str


def role_names(language: str) -> dict[str, str]:
    """What the roles are called, by code."""
    _ = translations(language).gettext
    return {
        "administrator": _("administrator"),
        "survey_office": _("survey office"),
        "evaluator": _("evaluator"),
        "agency_reader": _("agency reader"),
        "counter": _("counter"),
    }


def shown_grants(user: User, language: str, tree: AgencyTree | None = None) -> list[ShownGrant]:
    """The roles of an account; agencies are called as they are today, those that are gone by their code."""
    tree = tree or get_tree(office_day(clock.now()))
    names = role_names(language)

    def place(code: str) -> str:
        return f"{tree.label(code, language)} ({code})" if code in tree else code

    return [
        ShownGrant(one.id, names[one.role], place(one.agency.code) if one.agency is not None else "")
        for one in user.grants
    ]
