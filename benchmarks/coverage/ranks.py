"""Coverage of rank sets: how often do they hold the true ranks?

Each cell draws samples from populations whose ranks are known, estimates the covariance from the sample as a survey
would, and counts how often all sets hold (simultaneous), or the worst covered entry's does (marginal). Three ways to
be spread (all equal, which is the hardest; two groups; evenly) and four designs:

    known    the covariance is known, correlated
    shared   24 PSUs hold all domains: one estimate of the covariance with 23 df
    pooled   the same, taken as if one mean square served all differences
    own-df   every domain has 8 PSUs of its own, and its own 7 df

Run: `python -m benchmarks.coverage.ranks [samples]`. One cell is a line of the table.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from scoring.ranking import rank_sets

SAMPLES = 2_000
DRAWS = 399
LEVEL = 0.95
OWN_PSUS = 8
SHARED_PSUS = 24
SPREADS: dict[str, Callable[[int], NDArray[np.float64]]] = {
    "equal": lambda k: np.zeros(k),
    "two groups": lambda k: np.where(np.arange(k) < k // 2, 0.0, 4.0),
    "even": lambda k: np.arange(k, dtype=float),
}
DESIGNS = ("known", "shared", "pooled", "own-df")


def main() -> int:
    samples = int(sys.argv[1]) if len(sys.argv) > 1 else SAMPLES
    least = stats.binom.ppf(0.001, samples, LEVEL) / samples
    print(f"{samples} samples a cell, {DRAWS} draws, {LEVEL:.0%}; below {least:.4f} is less than the level")
    print(f"{'kind':<14}{'entries':>8}  {'design':<8}{'spread':<12}{'coverage':>9}{'width':>8}")
    for kind in ("simultaneous", "marginal"):
        for k in (5, 15):
            for design in DESIGNS:
                for spread, means in SPREADS.items():
                    # The same samples for both readings of shared PSUs.
                    rng = np.random.default_rng([k, DESIGNS.index(design.replace("pooled", "shared"))])
                    coverage, width = _cell(rng, kind, means(k), design, samples)
                    mark = "" if coverage >= least else "  LOW"
                    print(f"{kind:<14}{k:>8}  {design:<8}{spread:<12}{coverage:>9.4f}{width:>8.2f}{mark}")
    return 0


def _cell(
    rng: np.random.Generator, kind: str, truth: NDArray, design: str, samples: int
) -> tuple[float, float]:
    k = len(truth)
    best = 1 + (truth > truth[:, None]).sum(axis=1)
    worst = k - (truth < truth[:, None]).sum(axis=1)
    root = np.eye(k) + rng.standard_normal((k, k)) / np.sqrt(4 * k)
    hits, width = np.zeros((samples, k), dtype=bool), 0.0
    for sample in range(samples):
        variance = "pooled" if design == "pooled" else "separate"
        estimates = _estimates(rng, truth, root, design)
        found = rank_sets(*estimates, kind=kind, level=LEVEL, variance=variance, draws=DRAWS, seed=sample)
        hits[sample] = (found.low <= best) & (worst <= found.high)
        width += float(np.mean(found.high - found.low + 1)) / samples
    covered = hits.all(axis=1).mean() if kind == "simultaneous" else hits.mean(axis=0).min()
    return float(covered), width


def _estimates(rng: np.random.Generator, truth: NDArray, root: NDArray, design: str):
    """Value, covariance and df of one sample; the standard error of an entry is about 1."""
    k = len(truth)
    if design == "known":
        return truth + root @ rng.standard_normal(k), root @ root.T, np.inf
    if design in ("shared", "pooled"):
        psu = truth + np.sqrt(SHARED_PSUS) * rng.standard_normal((SHARED_PSUS, k)) @ root.T
        return psu.mean(axis=0), np.cov(psu.T) / SHARED_PSUS, SHARED_PSUS - 1
    psu = truth + np.sqrt(OWN_PSUS) * rng.standard_normal((OWN_PSUS, k))
    return psu.mean(axis=0), np.diag(psu.var(axis=0, ddof=1) / OWN_PSUS), np.full(k, OWN_PSUS - 1.0)


if __name__ == "__main__":
    sys.exit(main())
