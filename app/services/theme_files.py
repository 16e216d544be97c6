"""Codings of comments as a CSV file, out and in again, for those who mark them in a spreadsheet."""

from __future__ import annotations

import csv
import io

from app.models import Wave
from app.queries.comments import list_themes
from app.queries.waves import instrument_of
from app.services.assembly.labels import text_in
from app.services.exporting.delimited import guarded
from app.services.spoken import SpokenError
from app.services.spreadsheets import read_table
from app.services.themes import Marked, mark, shown_comments

COLUMNS = ("comment", "question", "text", "themes")
BETWEEN = " "  # stands between the codes of several themes; no code has one

# Marks a sentence for the catalogue; it is translated where the page is made.
_ = str

NO_COLUMNS = _("The first line must name the columns comment and themes.")
UNKNOWN = _("Row %(row)s: this is no comment of this wave; leave the column comment as it was.")
NO_THEME = _("Row %(row)s: there is no theme with the code %(code)s; add it first, or correct it.")
TWICE = _("Row %(row)s: this comment stands in row %(first)s already.")


class CodingsRefused(SpokenError):
    """Nothing was stored."""


def codings_csv(wave: Wave, language: str) -> str:
    """Every comment with its question, what was written and the codes of its themes; a BOM for spreadsheets.

    An apostrophe stands before what a spreadsheet would take for a formula.
    """
    texts = {item.code: text_in(item.text, language) for item in instrument_of(wave).items}
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for one in shown_comments(wave):
        row = (one.key, texts.get(one.item, one.item), one.text, BETWEEN.join(sorted(one.themes)))
        writer.writerow(guarded(row, (1, 2)))
    return "\ufeff" + file.getvalue()


def import_codings(wave: Wave, content: bytes) -> int:
    """Take the column `themes` of a file as the themes of its comments; how many comments have changed.

    A comment that is not in the file stays as it is. Raises CodingsRefused, TableRefused, ThemeRefused.
    """
    header, rows = read_table(content)
    names = [name.strip().lower() for name in header]
    if not {"comment", "themes"} <= set(names):
        raise CodingsRefused(NO_COLUMNS)
    key_at, themes_at = names.index("comment"), names.index("themes")
    now = {one.key: one.themes for one in shown_comments(wave)}
    known = {one.code for one in list_themes(wave)}
    marked: dict[str, Marked] = {}
    at: dict[str, int] = {}
    for number, row in rows:
        key, typed = (row[k].strip() if k < len(row) else "" for k in (key_at, themes_at))
        if key not in now:
            raise CodingsRefused(UNKNOWN, row=number)
        if key in at:
            raise CodingsRefused(TWICE, row=number, first=at[key])
        after = frozenset(typed.replace(",", " ").replace(";", " ").split())
        for code in sorted(after - known):
            raise CodingsRefused(NO_THEME, row=number, code=f"{code:.40}")
        at[key], marked[key] = number, Marked(key, now[key], after)
    return mark(wave, list(marked.values()))
