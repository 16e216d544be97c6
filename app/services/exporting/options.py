"""What an export of answers shall look like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

# Format of the answers: the ending of its file.
FORMATS = {
    "csv": "csv",
    "xlsx": "xlsx",
    "sav": "sav",
    "dta": "dta",
    "parquet": "parquet",
    "jsonl": "jsonl",
    "json": "json",
}
CODEBOOK_FORMATS = ("csv", "xlsx", "json")
DELIMITERS = {"comma": ",", "semicolon": ";"}


@dataclass(frozen=True, slots=True)
class AnswerOptions:
    """The choices of whoever exports. `language` is that of labels and of the codebook.

    `labels`: the words of an option instead of its code (SPSS and Stata have both in any case). `design`: the columns
    of the sampling plan. `missing`: beside each item why it is empty. `bom` and `delimiter` are for CSV; `guard` puts
    an apostrophe before what respondents typed and a spreadsheet would take for a formula (CSV).
    """

    format: str
    language: str
    labels: bool = False
    design: bool = True
    missing: bool = True
    bom: bool = True
    delimiter: str = "comma"
    guard: bool = False
    codebook: str = "csv"

    def __post_init__(self) -> None:
        for value, known in (
            (self.format, FORMATS),
            (self.delimiter, DELIMITERS),
            (self.codebook, CODEBOOK_FORMATS),
        ):
            if value not in known:
                raise ValueError(f"{value!r} is none of {', '.join(known)}.")

    def document(self) -> dict[str, Any]:
        """The same as plain JSON, for a job."""
        return asdict(self)

    @classmethod
    def of_document(cls, document: Mapping[str, Any]) -> AnswerOptions:
        """The options from what `document` gave."""
        return cls(**document)
