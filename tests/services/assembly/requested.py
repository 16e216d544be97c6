"""Runs with an options file: the reference designs as files of responses, and options written beside them."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from app.services.assembly.options import ScoringOptions
from app.services.assembly.requests.reading import read_requests
from app.services.assembly.results import Scored, results_document
from app.services.assembly.run import score
from app.services.files import ResponseFile
from surveys import loading
from surveys.instrument import Instrument

REFERENCE = Path(__file__).parents[2] / "reference"
R = json.loads((REFERENCE / "calibrated.json").read_text(encoding="utf-8"))
POPULATION = R["population"]
CLUSTERED = {"weight": "weight", "stratum": "stratum", "cluster": ("psu",), "fpc": ("count",)}

_TEXT = """
code: quiz
version: 1
kind: survey
audience: citizen
title: {en: Quiz, vi: Khảo sát}
source: Made for the tests
languages: [en, vi]
scales:
  five:
    options: [OPTIONS]
    satisfied: [4, 5]
sections:
  - {code: all, title: {en: All, vi: Tất cả}, items: [ITEMS]}
indices:
  - {code: pooled, title: {en: All, vi: Gộp}, score: top_box, aggregate: pooled_answers, items: [CODES]}
  - {code: person, title: {en: Person, vi: Người}, score: mean_100, aggregate: respondent_mean, items: [CODES]}
"""


def quiz(items: int = 4, version: int = 1) -> Instrument:
    """An instrument with q1, q2, ... on a scale of five, and a number `size`."""
    return loading.loads(quiz_text(items, version), "quiz.yaml")


def quiz_text(items: int = 4, version: int = 1) -> str:
    """The same as YAML."""
    codes = [f"q{k}" for k in range(1, items + 1)]
    options = [f"{{code: {k}, label: {{en: '{k}', vi: '{k}'}}, value: {k}}}" for k in range(1, 6)]
    asked = [f"{{code: {code}, scale: five, text: {{en: {code}, vi: {code}}}}}" for code in codes]
    asked.append("{code: size, type: number, role: profile, text: {en: Size, vi: Quy mô}}")
    text = _TEXT.replace("OPTIONS", ", ".join(options)).replace("ITEMS", ", ".join(asked))
    return text.replace("CODES", ", ".join(codes)).replace("version: 1", f"version: {version}")


def reference(folder: Path, name: str = "clustered", **changes: Any) -> Path:
    """A reference design as responses, with the columns `band` and `size` that the R script makes alike."""
    with (REFERENCE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for k, row in enumerate(rows, start=1):
        row |= {key: "" if value == "NA" else value for key, value in row.items()}
        row |= {"band": "xyz"[k % 3], "size": str(k % 7)}
        row |= {key: change(k, row) for key, change in changes.items()}
    path = folder / f"{name}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def run(
    path: Path, toml: str, *, items: int = 4, instrument: Instrument | None = None, **options: Any
) -> Scored:
    """Score a file with an options file beside it."""
    asked = path.with_name("options.toml")
    asked.write_text(toml, encoding="utf-8")
    with ResponseFile(path) as file:
        return score(
            file,
            instrument or quiz(items),
            ScoringOptions(**options, requests=read_requests(asked)),
            folder=path.parent,
        )


def block(found: Scored, name: str) -> Any:
    """A block of the document."""
    return results_document(found)[name]


def counts(margin: dict[str, float]) -> str:
    """Counts as TOML."""
    return "{" + ", ".join(f"{key} = {value}" for key, value in margin.items()) + "}"


def margin(column: str, population: dict[str, float]) -> str:
    """A margin as TOML."""
    return (
        f'[[weighting.margins]]\ncolumn = "{column}"\ncounts = {counts(population)}\nsource = "Census"\n'
        "date = 2024-04-01\n"
    )
