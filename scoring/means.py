"""Intervals of a mean or an index: symmetric, by Student's t or the normal."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special


def t_quantile(probability: float, df: ArrayLike) -> NDArray[np.float64]:
    """Quantile of Student's t; the normal's where df is infinite. (scipy.stats takes a second to import.)"""
    # Many figures share few degrees of freedom, and a quantile costs more than looking it up.
    distinct, place = np.unique(np.asarray(df, dtype=float), return_inverse=True)
    finite = np.where(np.isinf(distinct), np.nan, distinct)
    found = np.where(np.isinf(distinct), special.ndtri(probability), special.stdtrit(finite, probability))
    return found[place].reshape(np.shape(df))


def t_interval(
    value: ArrayLike, std_error: ArrayLike, df: ArrayLike, *, level: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """value ± t_df(level) std_error, in the units of the value; NaN where df < 1.

    `df` infinite gives the normal interval. Wrong near the ends of a bounded scale and for very few PSUs, where
    the sampling distribution is skewed. Reference: Särndal, Swensson and Wretman (1992), Model Assisted Survey
    Sampling.

    >>> low, high = t_interval(60, 10, 3)
    >>> round(float(low), 3), round(float(high), 3)
    (28.176, 91.824)
    """
    value, std_error, df = np.broadcast_arrays(*(np.asarray(x, dtype=float) for x in (value, std_error, df)))
    quantile = t_quantile((1 + level) / 2, np.where(df >= 1, df, np.nan))
    return value - quantile * std_error, value + quantile * std_error
