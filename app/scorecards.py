"""What leaves the house: labelled, suppressed, unrounded figures, and nothing of how they were made.

Workbooks, pages and exports are drawn from these records and from nothing else. `app/services/assembly`
makes them; `app/figures.py` rounds them for the eye. A figure that must not be shown is absent here
already: no reader of a scorecard can leak it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

# How a column is written: `text` left, the others right; `percent` and `points` are 0-100 with two decimals,
# `number` has four decimals (design effects), `count` none.
ColumnKind = Literal["text", "count", "percent", "points", "number"]

WHOLE_BRANCH = "*"  # stands for all agencies together where a key must be a text; no agency is called so


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


@dataclass(frozen=True, slots=True)
class Cited:
    """Cells of a table of the same card that a formula or a chart reads: one, or those down to the row `last`."""

    table: str  # the table's code
    column: str  # the column's code
    row: int  # 0-based among the table's rows
    last: int | None = None


@dataclass(frozen=True, slots=True)
class Formula:
    """A number, or a yes or no, that whoever opens the workbook can have worked out again.

    `parts` make up the formula: functions, signs and names of cells as texts, with the cells it reads between them.
    `value` is what it gives. It may read nothing that is not shown, and holds no number of its own.
    """

    parts: tuple[str | Cited, ...]
    value: float | int | bool


Cell = Figure | str | Formula


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
class Chart:
    """Figures of one column of a table as bars, each with its interval; a picture of what the table says already.

    `rows` are those drawn, 0-based; each has a value and both ends of its interval. `label` and `value` are codes of
    columns; `down` and `up` are where it stands how far each interval reaches below and above, row by row.
    """

    title: str
    table: str
    rows: tuple[int, ...]
    label: str
    value: str
    down: Cited
    up: Cited
    axis: str  # what the values are, with their unit
    span: tuple[float, float] | None  # ends of the axis; None: as far as the figures reach
    text: str  # for those who do not see it: what is drawn, and where the figures stand


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the cover or of the manifest: a label and its text."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class CodedTheme:
    """A theme that open comments were coded with; `label` has one text per language."""

    code: str
    label: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CodedBranch:
    """How many comments one branch has. None: suppressed, because it is few or could be found by subtraction.

    `comments` were written here or below, `coded` of them have a theme, `counts` are those with each theme, in the
    order of `CodedComments.themes`; a comment may have several.
    """

    comments: int | None
    coded: int | None
    counts: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class CodedComments:
    """What open comments of a wave speak of, counted: an external value of an estimation (CONTRACTS 7).

    `branches` holds every branch in which something was written, by agency code; the whole is under None.
    """

    themes: tuple[CodedTheme, ...]
    branches: Mapping[str | None, CodedBranch]
    threshold: int

    def document(self) -> dict[str, Any]:
        """The same as plain JSON, the whole under `*`: what is hashed, and kept beside a run."""
        return {
            "threshold": self.threshold,
            "themes": [{"code": one.code, "label": dict(one.label)} for one in self.themes],
            "branches": {
                WHOLE_BRANCH if code is None else code: [one.comments, one.coded, *one.counts]
                for code, one in self.branches.items()
            },
        }

    @classmethod
    def of_document(cls, document: Mapping[str, Any]) -> CodedComments:
        """The counts from what `document` gave."""
        return cls(
            themes=tuple(CodedTheme(one["code"], one["label"]) for one in document["themes"]),
            branches={
                None if code == WHOLE_BRANCH else code: CodedBranch(comments, coded, tuple(counts))
                for code, (comments, coded, *counts) in document["branches"].items()
            },
            threshold=document["threshold"],
        )

    def sha256(self) -> str:
        """The hash of the document as canonical JSON, in lower-case hex."""
        text = json.dumps(self.document(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


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
    tables: tuple[
        Table, ...
    ]  # in sheet order, between Notes and the end; one of the code `manifest` is the last
    charts: tuple[Chart, ...] = ()  # drawn on a sheet of their own, before the manifest
