"""What pure guessing reaches: the exact distribution of right guesses, and the bound of the best of many methods.

Within a class of people whom what is public does not tell apart, a method that has learnt nothing assigns the
class's r responses to r of its m people as good as at random. The number of right ones has the factorial moments
E[X(X-1)...(X-k+1)] = r!/(r-k)! · (m-k)!/m!, hence P(X = j) = Σ_{k≥j} (-1)^{k-j} C(k, j) E[X^(k)]/k! (the problem
of coincidences: Feller, W. (1968), An Introduction to Probability Theory and Its Applications I, 3rd ed., IV.4).
Classes are independent, so their sum is the convolution. For the best of M methods, however dependent, the bound
takes a share 0.001/M for each (Bonferroni).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import comb

import numpy as np
from numpy.typing import NDArray

LEVEL = 0.999
_MOST = 40  # right guesses in one class beyond which the probability is below 1e-40


def coincidences(people: int, responses: int) -> NDArray[np.float64]:
    """P(X = 0), P(X = 1), ...: right ones when `responses` are given to so many of `people` at random."""
    if not 0 <= responses <= people:
        raise ValueError("`responses` must be at most `people`.")
    most = min(responses, _MOST)
    # E[X^(k)]/k! = C(r, k) (m-k)!/m!, built up factor by factor.
    moments = [1.0]
    for k in range(1, most + 1):
        moments.append(moments[-1] * (responses - k + 1) / k / (people - k + 1))
    found = np.array(
        [sum((-1) ** (k - j) * comb(k, j) * moments[k] for k in range(j, most + 1)) for j in range(most + 1)]
    )
    found = np.clip(found, 0, 1)
    return found / found.sum()


def expected(classes: Sequence[tuple[int, int]]) -> float:
    """Right guesses of blind guessing, on average, over (people, responses) of each class."""
    return sum(responses / people for people, responses in classes if people)


def bound(classes: Sequence[tuple[int, int]], methods: int, level: float = LEVEL) -> int:
    """The smallest z such that the best of so many methods exceeds z with a probability of at most 1 - level."""
    total = np.ones(1)
    for people, responses in classes:
        if responses:
            total = np.convolve(total, coincidences(people, responses))
    above = np.cumsum(total[::-1])[::-1]  # P(X >= z)
    within = np.flatnonzero(above <= (1 - level) / methods)
    return int(within[0]) - 1 if len(within) else len(total) - 1
