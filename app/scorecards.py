"""What leaves the house: labelled, suppressed, unrounded figures, and nothing of how they were made.

Workbooks, pages and exports are drawn from these records and from nothing else. `app/services/assembly`
makes them; `app/figures.py` rounds them for the eye. A figure that must not be shown is absent here
already: no reader of a scorecard can leak it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

# How a column is written: `text` left, the others right; `percent` and `points` are 0-100 with two decimals,
# `number` has four decimals (design effects), `count` none.
ColumnKind = Literal["text", "count", "percent", "points", "number"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One number for one cell. `value` None means there is none to show, and `mark` says why.

    Marks are the shorthand of statistical workbooks: `c` suppressed, `x` not available, `z` not applicable,
    `u` low reliability. A mark beside a value is a remark on it and stands in a column of its own.
    """

    value: float | int | None
    mark: str | None = None

    def __post_init__(self) -> None:
        if self.value is None and self.mark is None:
            raise ValueError("A figure without a value must carry the mark that says why.")


Cell = Figure | str


@dataclass(frozen=True, slots=True)
class Row:
    """One estimate with its labels: the record behind every table, chart and page.

    `value`, `low`, `high` in per cent or index points, 0-100. A None is explained by `flag` and
    `flag_reason` (CONTRACTS 6), the latter already a sentence in the card's language.
    """

    by: str | None
    domain: str | None
    domain_label: str
    node: str
    node_label: str
    kind: Literal["item", "node", "index"]
    measure: str
    measure_label: str
    value: Figure
    std_error: Figure
    low: Figure
    high: Figure
    n: Figure
    n_psu: Figure
    n_eff: Figure
    df: Figure
    deff: Figure
    interval_method: str
    interval_label: str
    flag: str | None
    flag_reason: str | None


@dataclass(frozen=True, slots=True)
class Placed:
    """The rank of a domain among `ranked` domains, 1 = best, with what keeps it from standing alone.

    `low` to `high` is its simultaneous confidence set. `groups` are the tie groups in which it stands, and `tied`
    counts the others in these; None in results that know no groups.
    """

    rank: int
    low: int
    high: int
    ranked: int
    groups: tuple[int, ...] | None
    tied: int | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table; `header` carries the unit and any `[note n]`.

    Notes are referred to as `[note n]` in every language; whoever draws the table writes the word in the
    card's language.
    """

    code: str
    header: str
    kind: ColumnKind


@dataclass(frozen=True, slots=True)
class Name:
    """A name that a workbook gives to one cell of a table, such as `score_sipas`, so that formulas can cite it."""

    name: str  # `score_<index>`, `n_<index>`; a dash in a code is written as an underscore
    row: int  # 0-based among the table's rows
    column: str  # the column's code
    text: str  # what the cell holds, in the card's language


@dataclass(frozen=True, slots=True)
class Table:
    """One table, which becomes one sheet: every row has a cell for every column.

    What every sheet says alike (how many tables it holds, what its marks mean, why cells are empty, the
    word "Source") is not part of a table: whoever draws it adds it. A table without rows is not drawn. An
    empty text is an empty cell, which says that there is nothing to remark.
    """

    code: str  # summary, items, quality, method, manifest: names the sheet's subject in code and file
    tab: str  # the sheet's name in the card's language
    title: str  # what, who, where, when
    subtitle: str
    source: str  # bare, without the word "Source"; empty where nothing needs one
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    remarks: tuple[str, ...] = ()  # sentences above the table, one each
    names: tuple[Name, ...] = ()  # cells that formulas may cite

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(
                    f"Table {self.code}: a row of {len(row)} cells for {len(self.columns)} columns."
                )


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the cover or of the manifest: a label and its text."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Everything one workbook says of one domain (`domain` None: the whole)."""

    language: str
    by: str | None
    domain: str | None
    label: str
    title: str
    summary: str  # one sentence: the headline figure with its interval and n
    organisation: str
    keywords: tuple[str, ...]
    published: date  # also the fixed creation date inside the file
    file_stem: str  # lower case with dashes, unique in its release
    cover: tuple[Fact, ...]
    notes: tuple[str, ...]  # notes[0] is [note 1]
    marks: tuple[Fact, ...]  # shorthand used in the tables: Fact("[c]", "suppressed: ...")
    rows: tuple[Row, ...]  # every estimate of the domain, in instrument order
    tables: tuple[Table, ...]  # in sheet order, between Notes and the end
