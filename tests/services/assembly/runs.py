"""Small runs of scoring: an instrument with one of everything, rows written out, figures countable by hand."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from app.services.assembly.options import ScoringOptions
from app.services.assembly.results import Scored, results_document
from app.services.assembly.run import score
from app.services.files import ResponseFile
from surveys import loading
from surveys.instrument import Instrument

COUNTER = """
code: counter
version: 1
kind: survey
audience: citizen
title: {en: Counter survey, vi: Khảo sát tại quầy}
source: Made for the tests
languages: [en, vi]
scales:
  satisfaction:
    options:
      - {code: 5, label: {en: Very satisfied, vi: Rất hài lòng}, value: 5}
      - {code: 4, label: {en: Satisfied, vi: Hài lòng}, value: 4}
      - {code: 3, label: {en: Neither, vi: Bình thường}, value: 3}
      - {code: 2, label: {en: Dissatisfied, vi: Không hài lòng}, value: 2}
      - {code: 1, label: {en: Very dissatisfied, vi: Rất không hài lòng}, value: 1}
      - {code: na, label: {en: Does not apply, vi: Không áp dụng}, missing: not_applicable}
    satisfied: [4, 5]
sections:
  - code: who
    title: {en: About you, vi: Về Ông/Bà}
    items:
      - code: sex
        role: profile
        text: {en: Sex, vi: Giới tính}
        options: [{code: f, label: {en: Female, vi: Nữ}}, {code: m, label: {en: Male, vi: Nam}}]
      - code: heard
        type: multi
        role: profile
        text: {en: How did you hear of us?, vi: Ông/Bà biết qua đâu?}
        options:
          - {code: tv, label: {en: Television, vi: Truyền hình}}
          - {code: web, label: {en: The internet, vi: Mạng internet}}
          - {code: dk, label: {en: Don't know, vi: Không biết}, missing: dont_know}
      - {code: age, type: number, role: profile, text: {en: Age, vi: Tuổi}}
      - code: visited
        role: screening
        text: {en: Did you visit the counter?, vi: Ông/Bà có đến quầy không?}
        options: [{code: yes, label: {en: Yes, vi: Có}}, {code: no, label: {en: No, vi: Không}}]
  - code: counter
    title: {en: The counter, vi: Tại quầy}
    show_if: "not visited == 'no'"
    items:
      - {code: q1, scale: satisfaction, text: {en: Polite, vi: Lịch sự}}
      - {code: q2, scale: satisfaction, text: {en: Clear, vi: Rõ ràng}}
      - {code: q3, scale: satisfaction, reverse: true, text: {en: Slow, vi: Chậm}}
      - {code: q4, scale: satisfaction, max: 5, text: {en: Tidy, vi: Gọn gàng}, show_if: "age >= 18"}
      - {code: comment, type: text, role: open, text: {en: Comment, vi: Góp ý}}
indices:
  - code: pooled
    title: {en: All answers, vi: Gộp chung}
    score: top_box
    aggregate: pooled_answers
    children:
      - {code: staff, title: {en: Staff, vi: Công chức}, items: [q1, q2]}
      - {code: rules, title: {en: Rules, vi: Thủ tục}, items: [q3]}
  - code: person
    title: {en: By person, vi: Theo người}
    score: mean_100
    aggregate: respondent_mean
    items: [q1, q2]
  - code: audit
    title: {en: Points, vi: Chấm điểm}
    score: points
    points: 20
    aggregate: mean_of_items
    items: [q4]
"""

# Every column that the instrument needs, with answers that say nothing of interest.
PLAIN = {"visited": "yes", "age": "30", "q1": "5", "q2": "4", "q3": "1", "q4": "5"}


@cache
def counter() -> Instrument:
    """The instrument of these tests."""
    return loading.loads(COUNTER, "counter.yaml")


@cache
def edited(*changes: tuple[str, str]) -> Instrument:
    """The same with passages of its YAML replaced; each must be there."""
    text = COUNTER
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return loading.loads(text, "counter.yaml")


def write_csv(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    """Rows as CSV; a column that a row does not give holds its plain answer, or nothing."""
    columns = list(dict.fromkeys([*PLAIN, *(column for row in rows for column in row)]))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows([[(PLAIN | dict(row)).get(column, "") for column in columns] for row in rows])
    return path


def run(
    path: Path, instrument: Instrument | None = None, *, branches=None, names=None, **options: Any
) -> Scored:
    """Score a file; `by` may be one text."""
    if isinstance(options.get("by"), str):
        options["by"] = (options["by"],)
    with ResponseFile(path) as file:
        return score(
            file, instrument or counter(), ScoringOptions(**options), branches=branches, domain_names=names
        )


def scored(folder: Path, rows: Sequence[Mapping[str, Any]], *args: Any, **options: Any) -> Scored:
    """Write the rows and score them."""
    return run(write_csv(folder / "responses.csv", rows), *args, **options)


def estimates(found: Scored) -> dict[tuple[str | None, str, str], dict[str, Any]]:
    """The estimates of the document by (domain, node, measure)."""
    return {(e["domain"], e["node"], e["measure"]): e for e in results_document(found)["estimates"]}


def value(found: Scored, node: str, measure: str = "top_box", domain: str | None = None) -> float | None:
    return estimates(found)[domain, node, measure]["value"]
