"""Coverage and width of intervals over n, design effect and p: the truth is counted, 2,000 samples a cell.

The grid stands in grid.toml. Proportions: clusters whose shares of satisfied people follow a beta distribution with
the intraclass correlation that gives the design effect. Indices: the mean of five items of five steps, answered by
people who share something with their cluster. Clusters are drawn with replacement and everyone in them answers, so
that V = s^2 / k over the k cluster means, df = k - 1. A sample without an interval (logit and t have none at 100 %)
counts as not covered. Every cell is printed as a Markdown table, then the targets.

Run: `OMP_NUM_THREADS=1 python -m benchmarks.coverage.proportions`.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scoring import SurveyDesign
from scoring.means import t_interval
from scoring.proportions import korn_graubard, kurtosis_df, proportion_interval
from scoring.ratios import population_mean

GRID = Path(__file__).with_name("grid.toml")
# Korn-Graubard with the degrees of freedom of `kurtosis_df`.
BY_KURTOSIS = "kg by kurtosis"


@dataclass(frozen=True)
class Cell:
    """A cell of the grid, and what every method did in it: coverage and mean width in points, none where none."""

    n: int
    size: int
    deff: float
    truth: float
    df: int
    coverage: dict[str, float]
    width: dict[str, float]
    none: dict[str, float]


def main() -> int:
    grid = tomllib.loads(GRID.read_text(encoding="utf-8"))
    proportions, indices = list(proportion_cells(grid)), list(index_cells(grid))
    table("Proportions", proportions)
    table("Indices", indices)
    met = targets("Targets", grid["targets"], proportions, indices)
    grid["seed"] = grid["confirming_seed"]
    proportions, indices = list(proportion_cells(grid)), list(index_cells(grid))
    met += targets(f"Targets, seed {grid['seed']}", grid["targets"], proportions, indices)
    return 0 if all(met) else 1


def proportion_cells(grid: dict) -> Iterator[Cell]:
    asked, clusters = grid["proportion"], grid["clusters"]
    for size, deff in shapes(asked):
        for place, p in enumerate(asked["p"]):
            rng = np.random.default_rng([grid["seed"], size, int(10 * deff), place])
            correlation = (deff - 1) / (size - 1) if size > 1 else 0.0
            shares = np.full(clusters, p)
            if correlation > 0:
                scale = (1 - correlation) / correlation
                shares = rng.beta(p * scale, (1 - p) * scale, clusters)
            population = rng.binomial(size, shares) / size
            for n in asked["n"]:
                drawn, value, variance = sampled(rng, population, n // size, grid["samples"])
                df = n // size - 1
                bounds = {
                    method: proportion_interval(
                        value, variance, n, df, method=method, cluster_size=size, level=grid["level"]
                    )
                    for method in asked["methods"]
                }
                effective = kurtosis_df(drawn - value[:, None], df)
                bounds[BY_KURTOSIS] = korn_graubard(value, variance, n, effective, level=grid["level"])
                yield cell(n, size, realised(population, size), population.mean(), df, bounds)


def index_cells(grid: dict) -> Iterator[Cell]:
    asked = grid["index"]
    for size, deff in shapes(asked):
        for place, location in enumerate(asked["location"]):
            rng = np.random.default_rng([grid["seed"], 1000 + size, int(10 * deff), place])
            population = index_population(rng, grid["clusters"], size, deff, location, asked["items"])
            for n in asked["n"]:
                _, value, variance = sampled(rng, population.mean(axis=1), n // size, grid["samples"])
                # An index that did not vary has no interval.
                error = np.where(variance > 0, np.sqrt(variance), np.nan)
                df = n // size - 1
                bounds = {"t": t_interval(value, error, df, level=grid["level"])}
                yield cell(n, size, realised_scores(population), population.mean(), df, bounds)


def shapes(asked: dict) -> list[tuple[int, float]]:
    """Cluster sizes and design effects that go together."""
    return [(size, deff) for size in asked["cluster_size"] for deff in asked["deff"] if size > 1 or deff == 1]


def index_population(rng, clusters: int, size: int, deff: float, location: float, items: int) -> np.ndarray:
    """Composites of everyone, 0..1, shape (clusters, size): means of items, each a normal answer cut into five."""
    correlation = (deff - 1) / (size - 1) if size > 1 else 0.0
    # Of an answer's variance half is the person's, the cluster's part in it; the mean of the items keeps more of it.
    kept = 0.5 + 0.5 / items
    shared = np.sqrt(min(correlation * kept, 0.5)) * rng.standard_normal((clusters, 1, 1))
    own = np.sqrt(0.5 - min(correlation * kept, 0.5)) * rng.standard_normal((clusters, size, 1))
    answers = location + shared + own + np.sqrt(0.5) * rng.standard_normal((clusters, size, items))
    return np.clip(np.round(answers + 2), 0, 4).mean(axis=2) / 4


def sampled(rng, clusters: np.ndarray, k: int, samples: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Samples of k clusters, shape (samples, k), their means and variances; the first is scored by rows as well."""
    drawn = clusters[rng.integers(len(clusters), size=(samples, k))]
    value, variance = drawn.mean(axis=1), drawn.var(axis=1, ddof=1) / k
    # Rounding noise is no variance: all clusters alike.
    variance[np.ptp(drawn, axis=1) == 0] = 0.0
    value[variance == 0] = drawn[variance == 0, 0]
    scored = population_mean(drawn[0], SurveyDesign(k))
    np.testing.assert_allclose(
        [scored.value.item(), scored.covariance.item()], [value[0], variance[0]], rtol=1e-9
    )
    return drawn, value, variance


def realised(population: np.ndarray, size: int) -> float:
    """Design effect in the population: variance of cluster means times their size, over p (1 - p)."""
    p = population.mean()
    return population.var() * size / (p * (1 - p))


def realised_scores(population: np.ndarray) -> float:
    return population.mean(axis=1).var() * population.shape[1] / population.var()


def cell(n: int, size: int, deff: float, truth: float, df: int, bounds: dict) -> Cell:
    coverage, width, none = {}, {}, {}
    for method, (low, high) in bounds.items():
        low, high = np.maximum(low, 0), np.minimum(high, 1)
        coverage[method] = float(np.mean((low <= truth) & (truth <= high)))
        none[method] = float(np.mean(np.isnan(low)))
        width[method] = float(np.nanmean(high - low)) if none[method] < 1 else np.nan
    return Cell(n, size, deff, float(truth), df, coverage, width, none)


def table(title: str, cells: list[Cell]) -> None:
    """Coverage in per cent / mean width in points, where there is an interval; in brackets the per cent without one."""
    methods = list(cells[0].coverage)
    print(f"\n### {title}\n")
    print("| n | cluster | deff | truth | df | " + " | ".join(methods) + " |")
    print("|---" * (5 + len(methods)) + "|")
    for one in cells:
        figures = [
            f"{100 * one.coverage[m]:.1f} / {100 * one.width[m]:.1f}"
            + (f" ({100 * one.none[m]:.0f})" if one.none[m] > 0 else "")
            for m in methods
        ]
        start = f"| {one.n} | {one.size} | {one.deff:.2f} | {100 * one.truth:.1f} | {one.df} | "
        print(start + " | ".join(figures) + " |")


def targets(title: str, asked: dict, proportions: list[Cell], indices: list[Cell]) -> list[bool]:
    name = "korn-graubard-cluster"
    graubard = [one.coverage[name] for one in proportions if one.df >= asked["korn_graubard_df"]]
    ratios = [one.width[name] / one.width["wilson"] for one in proportions if one.df >= asked["width_df"]]
    means = [one.coverage["t"] for one in indices if one.df >= asked["t_df"]]
    low, high = asked["t_coverage"]
    below = sum(figure < asked["korn_graubard_coverage"] for figure in graubard)
    outside = sum(not low <= figure <= high for figure in means)
    print(f"\n### {title}\n")
    smallest, named = asked["korn_graubard_df"], asked["korn_graubard_coverage"]
    print(
        f"- {name}, df >= {smallest}: {len(graubard)} cells, least {100 * min(graubard):.2f} %,"
        f" mean {100 * np.mean(graubard):.2f} %; {below} below {100 * named:.0f} %."
    )
    print(
        f"- Its width over Wilson's, df >= {asked['width_df']}: {len(ratios)} cells,"
        f" mean {np.mean(ratios):.3f}, greatest {max(ratios):.3f}; wanted at most {asked['width_ratio']}."
    )
    print(
        f"- t for an index, df >= {asked['t_df']}: {len(means)} cells, {100 * min(means):.2f} to"
        f" {100 * max(means):.2f} %; {outside} outside {100 * low:.0f} to {100 * high:.0f} %."
    )
    for method in proportions[0].coverage:
        wide = [one.width[method] / one.width["wilson"] for one in proportions if one.df >= asked["width_df"]]
        every = [one.coverage[method] for one in proportions if one.df >= smallest]
        poor = sum(figure < named for figure in every)
        print(
            f"- {method} for a proportion, df >= {smallest}: {100 * min(every):.1f} to {100 * max(every):.1f} %,"
            f" mean {100 * np.mean(every):.1f} %; {poor} below {100 * named:.0f} %; width over Wilson's"
            f" {np.mean(wide):.3f} on average, {max(wide):.2f} at most."
        )
    return [below == 0, bool(np.mean(ratios) <= asked["width_ratio"]), outside == 0]


if __name__ == "__main__":
    sys.exit(main())
