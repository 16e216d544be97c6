"""Marks and notes: whatever a sheet uses is explained on it and on the sheet of notes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from app.figures import note_text
from app.messages import SOURCE_LANGUAGE, translations
from app.scorecards import Column, Fact, Scorecard, Table
from app.workbooks.problems import Unexplained

NOTES = "notes"  # code of the table of notes


def explanations(marks: Iterable[str], card: Scorecard, place: str) -> tuple[Fact, ...]:
    """The card's explanations of these marks, in the card's order; Unexplained where one is missing."""
    used = set(marks)
    if missing := used - {fact.label for fact in card.marks}:
        raise Unexplained(
            f"{place}: the mark {min(missing)} is used but not explained among the card's marks."
        )
    return tuple(fact for fact in card.marks if fact.label in used)


@cache
def _pattern(language: str) -> re.Pattern[str]:
    """References as cards write them, and in the card's language where a translator did it already."""
    forms = {re.escape(note_text(0, spoken)).replace("0", r"\d+") for spoken in (language, SOURCE_LANGUAGE)}
    return re.compile("|".join(sorted(forms)))


def _number(reference: re.Match[str]) -> int:
    return int("".join(filter(str.isdigit, reference[0])))


def refer(text: str, language: str) -> str:
    """The text with its references to notes in a language: `[note 1]` becomes `[ghi chú 1]`."""
    if "[" not in text:
        return text
    return _pattern(language).sub(lambda reference: note_text(_number(reference), language), text)


def refers_to_notes(texts: Iterable[str], card: Scorecard, place: str) -> bool:
    """Whether a text refers to a note of the card; Unexplained where it refers to one that is not there."""
    found = False
    for text in texts:
        for reference in _pattern(card.language).finditer(text) if "[" in text else ():
            if not 1 <= _number(reference) <= len(card.notes):
                raise Unexplained(
                    f"{place}: {reference[0]} refers to no note; the card has {len(card.notes)}. "
                    f"Add the note or take the reference out."
                )
            found = True
    return found


def notes_table(card: Scorecard) -> Table:
    """The sheet of notes as a table: every note, then every mark, with its meaning."""
    _ = translations(card.language).gettext
    rows = [(note_text(number, card.language), text) for number, text in enumerate(card.notes, 1)]
    rows += [(fact.label, fact.text) for fact in card.marks]
    return Table(
        code=NOTES,
        tab=_("Notes"),
        title=_("Notes and marks"),
        subtitle=card.label,
        source="",
        columns=(Column("reference", _("Reference"), "text"), Column("meaning", _("Meaning"), "text")),
        rows=tuple(rows),
    )
