"""Comments: what open comments speak of, counted by theme; never a comment itself."""

from __future__ import annotations

from collections.abc import Iterator

from app.scorecards import Cell, CodedBranch, Column, Figure, Table

from ..rounding import published
from .frame import HIDDEN, NO_TEXT, NOT_APPLICABLE, Frame

NOT_AVAILABLE = Figure(None, "x")


def comments(frame: Frame) -> Table | None:
    """None where nothing was coded, or nothing was written here."""
    found = frame.context.comments
    branch = found.branches.get(frame.domain[1]) if found is not None else None
    if found is None or branch is None or not found.themes:
        return None
    _ = frame._
    return Table(
        code="comments",
        tab=_("Comments"),
        title=frame.title(_("What open comments speak of")),
        subtitle=frame.subtitle,
        source=frame.source,
        columns=(
            Column("theme", _("Theme"), "text"),
            Column("count", _("Comments (number)"), "count"),
            Column("share", _("Share of coded comments (%)"), "percent"),
            Column("code", _("Code"), "text"),
        ),
        rows=tuple(_rows(frame, branch)),
        remarks=tuple(_remarks(frame)),
    )


def _rows(frame: Frame, branch: CodedBranch) -> Iterator[tuple[Cell, ...]]:
    _, themes = frame._, frame.context.comments.themes
    whole = Figure(100) if branch.coded else HIDDEN if branch.coded is None else NOT_AVAILABLE
    for theme, count in zip(themes, branch.counts, strict=True):
        label = theme.label.get(frame.language) or next(iter(theme.label.values()))
        yield label, _count(count), _share(count, branch.coded), theme.code
    yield _("Comments with a theme"), _count(branch.coded), whole, NO_TEXT
    yield _("Comments written"), _count(branch.comments), NOT_APPLICABLE, NO_TEXT


def _count(count: int | None) -> Figure:
    return HIDDEN if count is None else Figure(count)


def _share(count: int | None, coded: int | None) -> Figure:
    if count is None or coded is None:
        return HIDDEN
    return Figure(published(100 * count / coded)) if coded else NOT_AVAILABLE


def _remarks(frame: Frame) -> Iterator[str]:
    _ = frame._
    yield _("A comment may have several themes, so the shares do not add up to 100.")
    yield _("People read the comments and chose the themes; the shares are not weighted.")
    if threshold := frame.context.comments.threshold:
        text = _("Counts of fewer than {threshold} comments are suppressed, and what would give them away.")
        yield text.format(threshold=threshold)
