"""The methodology speaks of everything public in `scoring`, so that no figure comes from an unwritten formula."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

import pytest

import scoring

DOCS = Path(__file__).parents[2] / "docs"
PAGES = [DOCS / "methodology.md", *sorted((DOCS / "methodology").glob("*.md"))]


def public_names() -> set[str]:
    """What `scoring` offers: its `__all__`, and the classes and functions that its modules define."""
    names = set(scoring.__all__)
    for found in pkgutil.walk_packages(scoring.__path__, "scoring."):
        module = importlib.import_module(found.name)
        names |= {
            name
            for name, thing in vars(module).items()
            if not name.startswith("_") and getattr(thing, "__module__", None) == module.__name__
        }
    return names


def test_there_is_something_to_write_about():
    assert {"estimate", "SurveyDesign", "korn_graubard", "suppressed", "LonelyPSUError"} <= public_names()


@pytest.mark.parametrize("name", sorted(public_names()))
def test_every_public_name_of_scoring_is_in_the_methodology(name):
    pages = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert any(f"`{prefix}{name}`" in pages for prefix in ("", "engines.")) or f"`{name}`s" in pages, (
        f"The methodology does not name `{name}`: say there which formula it computes, or make it private."
    )


def test_every_page_is_linked_from_the_first():
    first = PAGES[0].read_text(encoding="utf-8")
    assert [page.name for page in PAGES[1:] if f"(methodology/{page.name})" not in first] == []
