"""The first sheet: what this workbook is, whose, of when, and where its contents are."""

from __future__ import annotations

from collections.abc import Iterator

from app.messages import translations
from app.scorecards import Scorecard
from app.workbooks.lines import Line
from app.workbooks.sheet import cell_address
from app.workbooks.text import clean


def cover_lines(card: Scorecard, contents_tab: str) -> Iterator[Line]:
    """The lines of the sheet, top to bottom, all in column A."""
    _ = translations(card.language).gettext
    yield Line(clean(card.title, "Cover, title", one_line=True), "title")
    yield Line(clean(card.summary, "Cover, summary"))
    text = _("The contents are listed on the sheet “%(tab)s”.") % {"tab": contents_tab}
    yield Line(text, "link", address=cell_address(contents_tab, 0, 0))
    for fact in card.cover:
        place = f"Cover, {fact.label!r}"
        yield Line(clean(fact.text, place), label=clean(fact.label, place, one_line=True))
