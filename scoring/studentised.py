r"""Studentised differences of all pairs of estimates, and how large they become by chance: max-t by simulation.

The machinery of `scoring.ranking`. Differences are never held as pairs x draws: one entry's differences with the
others are formed for a block of draws at a time.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from scoring.errors import ScoringError

# Eigenvalues of a correlation matrix down to this share of the largest may be negative by rounding.
SINGULAR = 1e-8
# A difference whose variance is below this share of its parts' has no variance but rounding noise.
NOISE = 1e-12
# Draws x entries that are worked on at a time: half a megabyte, which stays in the cache.
BLOCK = 65_536


@dataclass(frozen=True, eq=False)
class Noise:
    """Draws of Z in blocks, the same ones each time they are asked for."""

    factor: NDArray[np.float64]
    df: float
    draws: int
    seed: int

    @classmethod
    def of(cls, covariance: NDArray, df: float, draws: int, seed: int) -> Noise:
        """Multivariate t with `df` degrees of freedom, the normal where they are infinite."""
        return cls(_factor(covariance), df, draws, seed)

    def blocks(self) -> Iterator[NDArray[np.float64]]:
        rng = np.random.default_rng(self.seed)
        size = max(16, BLOCK // len(self.factor))
        for start in range(0, self.draws, size):
            b = min(size, self.draws - start)
            z = rng.standard_normal((b, self.factor.shape[1])) @ self.factor.T
            if math.isfinite(self.df):
                z /= np.sqrt(rng.chisquare(self.df, b) / self.df)[:, None]
            yield z


@dataclass(frozen=True, eq=False)
class Pairs:
    """Entries from best to worst: studentised differences (>= 0 where j stands before k) and 1 / se_jk."""

    statistic: NDArray[np.float64]
    inverse: NDArray[np.float64]

    @classmethod
    def of(cls, value: NDArray, covariance: NDArray, df: NDArray, *, pooled: bool) -> Pairs:
        own = np.diagonal(covariance)
        spread = own[:, None] + own
        squared = spread - 2 * covariance
        known = squared > NOISE * spread
        inverse = np.divide(
            1.0, np.sqrt(np.where(known, squared, 1.0)), out=np.zeros_like(spread), where=known
        )
        statistic = np.zeros_like(inverse)
        for j in range(len(value)):
            t = (value[j] - value[j:]) * inverse[j, j:]
            if df.ndim:
                t = _normal_scores(t, _satterthwaite(squared[j, j:], own[j], own[j:], df[j], df[j:]))
            elif not pooled:
                t = _normal_scores(t, np.full(t.shape, df))
            statistic[j, j:], statistic[j:, j] = t, -t
        return cls(statistic, inverse)


def claims_together(
    pairs: Pairs, noise: Noise, level: float, step_down: bool
) -> tuple[NDArray[np.bool_], float]:
    """Claims [j, k] = j above k, and the last critical value.

    With the entries in order, only "an earlier is above a later" can be claimed, so that the greatest of all the
    opposite differences stays in every step: it is simulated once.
    """
    earlier = np.triu(np.ones(pairs.inverse.shape, dtype=bool), 1)
    forward, backward = _greatest(noise, pairs.inverse)
    least = _quantile(backward, level)
    claims = np.zeros_like(earlier)
    while True:
        critical = _quantile(np.maximum(forward, backward), level)
        found = earlier & (pairs.statistic > critical)
        more = np.count_nonzero(found) > np.count_nonzero(claims)
        claims = found
        if not (step_down and more and np.any(earlier & ~claims & (pairs.statistic > least))):
            return claims, critical
        forward, _ = _greatest(noise, np.where(claims, 0.0, pairs.inverse))


def _greatest(noise: Noise, inverse: NDArray[np.float64]) -> tuple[NDArray, NDArray]:
    """Per draw the greatest (Z_j - Z_k) / se and (Z_k - Z_j) / se over j < k, at least 0, shape (draws,) each.

    A zero in `inverse` leaves a pair out; trailing ones are not even visited.
    """
    n = len(inverse)
    last = [j + 1 + _beyond(inverse[j, j + 1 :] > 0) for j in range(n)]
    forward, backward = [], []
    for z in noise.blocks():
        most, least = np.zeros(len(z)), np.zeros(len(z))
        room = np.empty(z.shape)
        for j in range(n - 1):
            if last[j] == j + 1:
                continue
            difference = room[:, : last[j] - j - 1]
            np.subtract(z[:, j : j + 1], z[:, j + 1 : last[j]], out=difference)
            difference *= inverse[j, j + 1 : last[j]]
            np.maximum(most, difference.max(axis=1), out=most)
            np.minimum(least, difference.min(axis=1), out=least)
        forward.append(most)
        backward.append(-least)
    return np.concatenate(forward), np.concatenate(backward)


def claims_one_by_one(
    pairs: Pairs, noise: Noise, level: float, step_down: bool
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """For each entry by itself: how many are better, how many are worse, and its last critical value."""
    n = len(pairs.inverse)
    better, worse = np.zeros(n, dtype=np.intp), np.zeros(n, dtype=np.intp)
    critical = np.zeros(n)
    blocks = list(noise.blocks())
    for j, (statistic, inverse) in enumerate(zip(pairs.statistic, pairs.inverse, strict=True)):
        below, above = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
        while True:
            greatest = np.concatenate([_greatest_of(j, z, inverse, below, above) for z in blocks])
            critical[j] = _quantile(greatest, level)
            found = statistic > critical[j], -statistic > critical[j]
            more = found[0].sum() + found[1].sum() > below.sum() + above.sum()
            below, above = found
            if not (step_down and more):
                break
        better[j], worse[j] = above.sum(), below.sum()
    return better, worse, critical


def _greatest_of(j: int, z: NDArray, inverse: NDArray, below: NDArray, above: NDArray) -> NDArray:
    """Per draw the greatest difference with entry j among the hypotheses that are not rejected yet."""
    difference = (z[:, j : j + 1] - z) * inverse
    ahead = np.where(below, 0.0, difference).max(axis=1)
    behind = np.where(above, 0.0, difference).min(axis=1)
    return np.maximum(ahead, -behind)


def _quantile(drawn: NDArray[np.float64], level: float) -> float:
    """The ceil((B + 1) level)-th smallest of B draws: right on average over simulations, not only for many draws."""
    place = math.ceil((len(drawn) + 1) * level - 1e-9) - 1
    return float(np.partition(drawn, place)[place])


def _factor(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """F with F F' = V; eigenvalues that are negative by rounding count as 0."""
    scale = np.sqrt(np.diagonal(covariance))
    correlation = covariance / scale / scale[:, None]
    try:
        return scale[:, None] * np.linalg.cholesky(correlation)
    except np.linalg.LinAlgError:
        values, vectors = np.linalg.eigh(correlation)
    if values[0] < -SINGULAR * values[-1]:
        raise ScoringError(
            "`covariance` is not the covariance matrix of anything: it has a negative eigenvalue"
            f" ({values[0]:.3g}, the largest being {values[-1]:.3g}, of its correlations)."
            " Estimate all entries from one set of PSUs."
        )
    return scale[:, None] * vectors * np.sqrt(np.maximum(values, 0.0))


def _satterthwaite(squared: NDArray, own_j: float, own: NDArray, df_j: float, df: NDArray) -> NDArray:
    """Degrees of freedom of the differences of one entry with all, shape (K,)."""
    # Infinite df add nothing to the variance of a variance.
    noise = own_j**2 / df_j + own**2 / df
    approximate = np.divide(squared**2, noise, out=np.full(df.shape, np.inf), where=noise > 0)
    return np.clip(approximate, np.minimum(df_j, df), df_j + df)


def _normal_scores(t: NDArray, df: NDArray) -> NDArray:
    """Where on the normal's scale a value of t_df stands; by the lower tail, which keeps its digits."""
    tail = special.stdtr(np.where(np.isinf(df), 1.0, df), -np.abs(t))
    return np.where(np.isinf(df), t, np.sign(t) * -special.ndtri(tail))


def t_scores(z: NDArray, df: NDArray) -> NDArray:
    """The inverse of `_normal_scores`."""
    low = special.stdtrit(np.where(np.isinf(df), 1.0, df), special.ndtr(-np.abs(z)))
    return np.where(np.isinf(df), z, np.sign(z) * -low)


def _beyond(mask: NDArray[np.bool_]) -> int:
    """Position after the last true, or 0."""
    return int(np.flatnonzero(mask)[-1]) + 1 if mask.any() else 0
