"""Whether a group differs from a benchmark or from another group, by the rules of the UK's People Survey."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import stats

from scoring.errors import ScoringError

__all__ = [
    "LEAST_FOR_INDEX",
    "LEAST_FOR_QUESTION",
    "LEAST_FOR_THEME",
    "Difference",
    "compare_means",
    "compare_shares",
]

# Fewest people of a group for which a difference is tested.
LEAST_FOR_QUESTION, LEAST_FOR_THEME, LEAST_FOR_INDEX = 30, 20, 10


@dataclass(frozen=True, slots=True)
class Difference:
    """`difference` in the unit of the figures; `p` None where it was not tested; `significant` likewise."""

    difference: float
    p: float | None = None
    significant: bool | None = None


def compare_shares(
    share: float,
    n: int,
    other: float,
    other_n: int | None = None,
    *,
    least: int = LEAST_FOR_QUESTION,
    level: float = 0.95,
) -> Difference:
    """A z test of two shares in per cent, from unrounded figures.

    `other_n` None takes `other` as a benchmark that is known (one sample): so for a larger group that holds this
    one, where it errs towards "no difference". Not tested with fewer than `least` people on either side, nor where
    the share under "no difference" is 0 or 100.

    Source: Civil Service People Survey, technical guide (Cabinet Office).

    Examples
    --------
    >>> compare_shares(60, 100, 50).significant, compare_shares(60, 100, 50, 100).significant
    (True, False)
    """
    for value in (share, other):
        if not 0 <= value <= 100:
            raise ScoringError(f"A share lies between 0 and 100; given: {value:g}.")
    difference = share - other
    if min(n, n if other_n is None else other_n) < least:
        return Difference(difference)
    common, people = other, float(n)
    if other_n is not None:
        common, people = (share * n + other * other_n) / (n + other_n), 1 / (1 / n + 1 / other_n)
    variance = common * (100 - common) / people
    if variance <= 0:
        return Difference(difference)
    return _tested(difference, 2 * float(stats.norm.sf(abs(difference) / math.sqrt(variance))), level)


def compare_means(
    mean: float,
    std_error: float,
    n: int,
    other: float,
    other_std_error: float | None = None,
    other_n: int | None = None,
    *,
    least: int = LEAST_FOR_INDEX,
    level: float = 0.95,
) -> Difference:
    """A t test of two means; `other_n` None takes `other` as a benchmark that is known, else Welch's test.

    Standard errors are those of a mean of n people, s / sqrt(n). Not tested with fewer than `least` people on either
    side, nor where nobody differs from anybody.

    Source: Civil Service People Survey, technical guide (Cabinet Office); Welch, B. L. (1938), Biometrika 29, 350-362.

    Examples
    --------
    >>> compare_means(60, 2, 25, 55).significant, compare_means(60, 2, 25, 55, 2, 25).significant
    (True, False)
    """
    difference = mean - other
    two = other_n is not None and other_std_error is not None
    if min(n, other_n if other_n is not None else n) < least:
        return Difference(difference)
    parts = [(std_error**2, n)] + ([(other_std_error**2, other_n)] if two else [])
    variance = math.fsum(one for one, _ in parts)
    if not variance > 0:
        return Difference(difference)
    df = variance**2 / math.fsum(one**2 / (size - 1) for one, size in parts)
    return _tested(difference, 2 * float(stats.t.sf(abs(difference) / math.sqrt(variance), df)), level)


def _tested(difference: float, p: float, level: float) -> Difference:
    return Difference(difference, p, p < 1 - level)
