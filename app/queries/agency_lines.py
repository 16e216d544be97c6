"""The agency tree as lines of a page: the branches that are open, or what a search finds."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from app.queries.agencies import AgencyOnDay, AgencyTree


@dataclass(frozen=True, slots=True)
class TreeLine:
    """One agency of the page: how deep it stands, how many are directly below, and whether those are shown."""

    agency: AgencyOnDay
    depth: int
    below: int
    is_open: bool


def open_lines(tree: AgencyTree, opened: str | None) -> list[TreeLine]:
    """All roots, and below them only what leads to the opened agency and what stands directly under it."""
    path = set(tree.path(opened)) if opened is not None else set()
    lines: list[TreeLine] = []

    def walk(codes: tuple[str, ...], depth: int) -> None:
        for code in codes:
            below = tree.children(code)
            lines.append(TreeLine(tree.get(code), depth, len(below), code in path))
            if code in path:
                walk(below, depth + 1)

    walk(tree.roots, 0)
    return lines


def search(tree: AgencyTree, text: str) -> list[AgencyOnDay]:
    """Agencies whose code begins so, or one of whose names holds the text, whatever its case and marks."""
    wanted = folded(text)
    if not wanted:
        return []
    return [
        one
        for one in tree.agencies
        if folded(one.code).startswith(wanted) or any(wanted in folded(name) for name in one.names.values())
    ]


def folded(text: str) -> str:
    """Small letters without marks: `Đắk Lắk` and `dak lak` are the same."""
    plain = unicodedata.normalize("NFD", " ".join(text.split()).casefold().replace("đ", "d"))
    return "".join(sign for sign in plain if not unicodedata.combining(sign))
