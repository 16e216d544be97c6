"""What the export page's forms say, and what of it may be asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from app.services.exporting.options import CODEBOOK_FORMATS, DELIMITERS, FORMATS, AnswerOptions

# Marks a sentence for the catalogue; it is translated where the page is made.
_ = str

CHOOSE_LANGUAGE = _("Choose one of the languages that the page offers.")
CHOOSE_FORMAT = _("Choose one of the formats that the page offers.")

FORMAT_TEXTS: Mapping[str, str] = {
    "csv": _("CSV: text, for any program"),
    "xlsx": _("XLSX: Excel, LibreOffice"),
    "sav": _("SAV: SPSS, PSPP, R"),
    "dta": _("DTA: Stata, R"),
    "parquet": _("Parquet: R, Python, DuckDB"),
    "jsonl": _("JSON, one answer per line"),
    "json": _("JSON, one list"),
}
DELIMITER_TEXTS: Mapping[str, str] = {"comma": _("comma"), "semicolon": _("semicolon")}

# What is ticked on a page that nobody has filled yet.
TICKED = ("design", "missing", "bom", "guard")


class Wrong(Exception):
    """The form says what cannot be; `field` is the control and `sentence` what to do."""

    def __init__(self, field: str, sentence: str):
        super().__init__(sentence)
        self.field = field
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Filled:
    """The form of the answers as it stands on the page: what was typed, or what it begins with."""

    format: str
    language: str
    codebook: str
    delimiter: str
    ticked: frozenset[str]

    @classmethod
    def fresh(cls, language: str) -> Filled:
        """Nobody has filled it."""
        return cls("csv", language, "csv", "comma", frozenset(TICKED))

    @classmethod
    def of(cls, form: MultiDict[str, str]) -> Filled:
        """What was sent; a box that is not ticked is not in it."""
        return cls(
            form.get("format", ""),
            form.get("language", ""),
            form.get("codebook", ""),
            form.get("delimiter", ""),
            frozenset(name for name in (*TICKED, "labels") if name in form),
        )


def answer_options(filled: Filled, languages: tuple[str, ...]) -> AnswerOptions:
    """The options that the form asks for. Raises Wrong."""
    if filled.format not in FORMATS:
        raise Wrong("format", CHOOSE_FORMAT)
    if filled.codebook not in CODEBOOK_FORMATS:
        raise Wrong("codebook", CHOOSE_FORMAT)
    if filled.delimiter not in DELIMITERS:
        raise Wrong("delimiter", CHOOSE_FORMAT)
    return AnswerOptions(
        format=filled.format,
        language=one_of(filled.language, languages, "language"),
        delimiter=filled.delimiter,
        codebook=filled.codebook,
        **{name: name in filled.ticked for name in (*TICKED, "labels")},
    )


def one_of(language: str, languages: tuple[str, ...], field: str) -> str:
    """The language, which must be one of these. Raises Wrong."""
    if language not in languages:
        raise Wrong(field, CHOOSE_LANGUAGE)
    return language


def figure_arguments(form: MultiDict[str, str], languages: tuple[str, ...]) -> dict[str, Any]:
    """How the figures shall be written. Raises Wrong."""
    delimiter = form.get("figures_delimiter", "")
    if delimiter not in DELIMITERS:
        raise Wrong("figures_delimiter", CHOOSE_FORMAT)
    return {
        "language": one_of(form.get("figures_language", ""), languages, "figures_language"),
        "delimiter": delimiter,
    }


def workbook_languages(form: MultiDict[str, str], languages: tuple[str, ...]) -> list[str]:
    """The languages of the workbooks, one or all that the release has. Raises Wrong."""
    chosen = form.get("workbooks_language", "")
    # Where the release has one, the page asks nothing.
    everything = chosen == "all" or len(languages) == 1
    return list(languages) if everything else [one_of(chosen, languages, "workbooks_language")]
