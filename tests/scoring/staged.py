"""The synthetic design of three stages, as made by tests/reference/make_stages.R, and R's results on it."""

from __future__ import annotations

import csv
import json
from functools import cache

import numpy as np

from scoring import Node, Pair, Partition, Plan, SurveyDesign, Totals, engines
from scoring.covariance import Figure, figures_of
from tests.scoring.conftest import REFERENCE

EXPECTED = json.loads((REFERENCE / "stages.json").read_text(encoding="utf-8"))
TOP_BOX = np.array([0, 0, 0, 100, 100, np.nan])
PLAN = Plan(
    ("q1", "q2"),
    (6, 6),
    (Pair(0, "top_box", TOP_BOX), Pair(1, "top_box", TOP_BOX)),
    (Node("i", "top_box", "pooled_answers", (0, 1)),),
)
# The figures that R has of each domain: the first item, and both pooled.
ESTIMATES = (0, 2)
BY = {"f": "sex", "m": "sex", "r": "kind", "u": "kind", "x": "province", "y": "province", "fx": "fx"}


@cache
def rows() -> dict[str, np.ndarray]:
    with (REFERENCE / "stages.csv").open(encoding="utf-8") as file:
        read = list(csv.DictReader(file))
    columns = {name: np.array([row[name] for row in read]) for name in read[0]}
    columns["fx"] = np.where((columns["sex"] == "f") & (columns["province"] == "x"), "fx", "")
    columns["atom"] = np.char.add(np.char.add(columns["sex"], columns["kind"]), columns["province"])
    return columns


def answers() -> np.ndarray:
    return np.array([[int(v) - 1 if v else 5 for v in rows()[q]] for q in ("q1", "q2")])


def design(name: str, **options) -> SurveyDesign:
    data = rows()
    count = [data[f"n{k}"].astype(float) for k in (1, 2, 3)]
    clusters = (data["psu"], data["ssu"])
    given = {
        "three_stages": {"clusters": clusters, "fpc": count},
        "two_stages": {"clusters": clusters, "fpc": count[:2]},
        "one_stage": {"clusters": clusters, "fpc": count[:1]},
        "replaced": {"clusters": clusters},
        "rows": {},
        "rows_fpc": {"fpc": [count[0] * 20]},
    }[name]
    weight = data["weight"].astype(float) * options.pop("scale", 1.0)
    return SurveyDesign(len(weight), weight=weight, stratum=data["stratum"], **given, **options)


def totals_by(of: SurveyDesign, by: str | None) -> Totals:
    partition = Partition.whole(of.n_rows) if by is None else Partition.of(by, rows()[by])
    return engines.load("arrays")(answers(), PLAN, of, partition)


def all_figures(of: SurveyDesign) -> tuple[list[Figure], list[Totals]]:
    """Every figure of R's list, in its order, and the totals of the crossing of all partitions."""
    made = {by: totals_by(of, by) for by in (None, "sex", "kind", "province", "fx")}
    figures = []
    for domain in ("whole", *BY):
        totals = made[BY.get(domain)]
        position = 0 if domain == "whole" else totals.partition.domains.index(domain)
        figures += figures_of(totals, PLAN, ESTIMATES, [position])
    return figures, [totals_by(of, "atom")]
