"""The standing design of the scoring tests: four 5-point items, as made by tests/reference/make_reference.R."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from scoring import Node, Pair, Partition, Plan, SurveyDesign, engines, estimate

REFERENCE = Path(__file__).parents[1] / "reference"
MISSING = 5  # the sixth state of every item
TOP_BOX = np.array([0, 0, 0, 100, 100, np.nan])
MEAN_100 = np.array([0, 25, 50, 75, 100, np.nan])


class Rows:
    """A file of rows by column name."""

    def __init__(self, rows: list[dict[str, str]]):
        self._rows = rows

    @classmethod
    def read(cls, name: str) -> Rows:
        with (REFERENCE / f"{name}.csv").open(encoding="utf-8") as file:
            return cls(list(csv.DictReader(file)))

    def where(self, kept: np.ndarray) -> Rows:
        """The rows of a mask, shape (n,)."""
        return Rows([row for row, keep in zip(self._rows, kept, strict=True) if keep])

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, column: str) -> np.ndarray:
        return np.array([row[column] for row in self._rows])

    def answers(self) -> np.ndarray:
        """Positions of the answers among the states 1..5, missing."""
        return np.array([[int(v) - 1 if v else MISSING for v in self[f"q{j}"]] for j in range(1, 5)])

    def design(self, *, clusters: bool, fpc: bool, scale: float = 1.0, **options) -> SurveyDesign:
        return SurveyDesign(
            len(self),
            weight=self["weight"].astype(float) * scale,
            stratum=self["stratum"],
            clusters=(self["psu"],) if clusters else (),
            fpc=(self["count"].astype(float),) if fpc else (),
            **options,
        )


def make_plan(*indices: Node) -> Plan:
    """Pairs 0-3 are the items' top boxes, 4-7 their means."""
    pairs = [Pair(j, "top_box", TOP_BOX) for j in range(4)] + [
        Pair(j, "mean_100", MEAN_100) for j in range(4)
    ]
    return Plan(("q1", "q2", "q3", "q4"), (6,) * 4, tuple(pairs), indices)


def factors(aggregate: str, measure: str = "top_box", first: int = 0, **rules) -> tuple[Node, Node]:
    """Two factors of two items; the first has coefficient `rules.pop('share')`."""
    share = rules.pop("share", 1.0)
    return (
        Node("i.f1", measure, aggregate, (first, first + 1), coefficient=share, **rules),
        Node("i.f2", measure, aggregate, (first + 2, first + 3), **rules),
    )


ALL_RULES = (
    Node("pooled", "top_box", "pooled_answers", (0, 1, 2, 3)),
    Node("mean_of_items", "top_box", "mean_of_items", children=factors("mean_of_items")),
    Node("mean_of_children", "top_box", "mean_of_children", children=factors("mean_of_children", share=3.0)),
    Node("mean_of_pooled", "mean_100", "mean_of_children", children=factors("pooled_answers", "mean_100", 4)),
    Node("respondent_mean", "mean_100", "respondent_mean", (4, 5, 6, 7)),
)


def score(rows: Rows, design: SurveyDesign, plan: Plan, by: str | None = None, **options):
    """(estimates, position of each pair or index by name) of the whole, or of the domains of a column."""
    partition = Partition.whole(len(rows)) if by is None else Partition.of(by, rows[by])
    totals = engines.load("arrays")(rows.answers(), plan, design, partition)
    return estimate(totals, plan, design, **options)


def positions(plan: Plan) -> dict[str, int]:
    names = [f"{pair.measure[0]}_{plan.items[pair.item]}" for pair in plan.pairs]
    return {name: e for e, name in enumerate([*names, *(node.path for node in plan.nodes)])}


@pytest.fixture(scope="session")
def clustered() -> Rows:
    return Rows.read("clustered")
