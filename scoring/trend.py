r"""Change between waves, across mergers of agencies and breaks of method.

Past figures are carried to the agencies of the last wave (`scoring.crosswalk`). Waves with different methods stand in
different segments, and no change is computed between segments.

Reference: Kish (1965), Survey Sampling, chapter 12 (overlapping samples); Cochran (1977), Sampling Techniques,
chapter 12.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from scoring.crosswalk import Crosswalk, back_cast
from scoring.errors import BreakError, ScoringError, some
from scoring.means import t_interval

# A variance below this share of its terms is rounding noise: both waves had the same answers.
NOISE = 1e-12


@dataclass(frozen=True, eq=False)
class Change:
    """Later minus earlier of K figures, in their units.

    Attributes
    ----------
    difference, std_error : float arrays, shape (K,); NaN where either wave has no figure, or no variance.
    covariance : float array, shape (K, K), of the differences.
    df : float array, shape (K,)
    """

    difference: NDArray[np.float64]
    std_error: NDArray[np.float64]
    covariance: NDArray[np.float64]
    df: NDArray[np.float64]

    def confidence_interval(self, level: float = 0.95) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(low, high), each of shape (K,): difference ± t_df std_error; NaN without a variance or with df < 1."""
        if not 0 < level < 1:
            raise ScoringError(f"`level` must lie between 0 and 1; given: {level:g}.")
        return t_interval(self.difference, self.std_error, self.df, level=level)

    @property
    def p_value(self) -> NDArray[np.float64]:
        """Two-sided p of no change by t_df, shape (K,), each figure by itself; NaN where std_error is 0 or NaN."""
        usable = (self.std_error > 0) & (self.df >= 1)
        t = np.divide(self.difference, self.std_error, out=np.full(self.df.shape, np.nan), where=usable)
        finite = np.where(np.isinf(self.df) | ~usable, 1.0, self.df)
        tail = np.where(np.isinf(self.df), special.ndtr(-np.abs(t)), special.stdtr(finite, -np.abs(t)))
        return 2 * tail


def change(before: ArrayLike, after: ArrayLike, covariance: ArrayLike, df: ArrayLike = np.inf) -> Change:
    r"""Later minus earlier of K figures, with the covariance that shared PSUs or panel members give.

    Parameters
    ----------
    before, after : float arrays, shape (K,)
        The same figures in two waves, in the same units; NaN where there is none.
    covariance : float array, shape (2K, 2K)
        Joint covariance of `before` followed by `after`. Independent samples have zeros in the two outer blocks;
        samples with shared PSUs or members have what one Z matrix on the union of the two designs gives.
    df : float, or float array of shape (K,)
        Degrees of freedom of the union of the designs.

    Returns
    -------
    Change

    Raises
    ------
    ScoringError
        Shapes that do not fit; a negative variance of a difference (no covariance matrix gives one).

    Notes
    -----
    d = after - before, V(d) = V_after + V_before - C - C', with C = cov(after, before) [1]_.

    Wrong when the covariance is left out (the same sample asked twice: the standard error may be ten times too large);
    when strata were drawn anew between the waves and are taken as the same; when the questions or the mode changed
    (`series` refuses it).

    References
    ----------
    .. [1] Kish, L. (1965). Survey Sampling. Wiley. Chapter 12.

    Examples
    --------
    Half of the noise is common to both waves.

    >>> found = change([80.0], [83.0], [[4.0, 2.0], [2.0, 4.0]], 30)
    >>> found.difference.tolist(), found.std_error.tolist()
    ([3.0], [2.0])
    """
    before, after, covariance = (np.asarray(x, dtype=float) for x in (before, after, covariance))
    if before.ndim != 1 or before.shape != after.shape:
        raise ScoringError(
            f"`before` and `after` must have one dimension and equal length; given: {before.shape}, {after.shape}."
        )
    n = len(before)
    if covariance.shape != (2 * n, 2 * n):
        raise ScoringError(
            f"`covariance` must be joint, shape ({2 * n}, {2 * n}): before, then after; given: {covariance.shape}."
        )
    own_before, own_after, cross = covariance[:n, :n], covariance[n:, n:], covariance[n:, :n]
    joint = own_after + own_before - cross - cross.T
    spread = np.diagonal(own_after) + np.diagonal(own_before)
    variance = np.diagonal(joint)
    bad = np.flatnonzero(variance < -NOISE * np.abs(spread))
    if len(bad):
        raise ScoringError(
            f"`covariance` gives a negative variance of the change at positions {some(bad.tolist())}: estimate both"
            " waves on the union of their designs."
        )
    difference = after - before
    known = ~np.isnan(difference)
    variance = np.where(known, np.where(variance <= NOISE * spread, 0.0, variance), np.nan)
    return Change(difference, np.sqrt(variance), joint, _df(df, n))


@dataclass(frozen=True, eq=False)
class Wave:
    """One wave's figures of its K agencies.

    Parameters
    ----------
    value : float array, shape (K,); NaN where there is none.
    covariance : float array, shape (K, K)
    method : str
        What makes figures comparable, named by the caller: instrument version, measure, mode, population.
    df : float
        Degrees of freedom of the wave.
    """

    value: ArrayLike
    covariance: ArrayLike
    method: str
    df: float = np.inf


@dataclass(frozen=True, eq=False)
class Series:
    """T waves on the J agencies of the last one.

    Attributes
    ----------
    value, std_error : float arrays, shape (T, J); NaN where there is none.
    segment : int array, shape (T,)
        Number of breaks before each wave: only waves of one segment may be joined by a line or subtracted.
    breaks : bool array, shape (T,); a wave whose method is not its predecessor's.
    estimated : bool array, shape (T, J)
        The past supposes that a part of a divided agency was like the whole.
    covariance : tuple of T float arrays, shape (J, J)
    df : float array, shape (T,)
    """

    value: NDArray[np.float64]
    std_error: NDArray[np.float64]
    segment: NDArray[np.intp]
    breaks: NDArray[np.bool_]
    estimated: NDArray[np.bool_]
    covariance: tuple[NDArray[np.float64], ...]
    df: NDArray[np.float64]
    _shares: tuple[NDArray[np.float64], ...] = field(repr=False)

    def change(self, earlier: int, later: int, *, cross: ArrayLike | None) -> Change:
        """Later wave minus earlier one, on the last wave's agencies.

        Parameters
        ----------
        earlier, later : int
            Positions of the waves.
        cross : float array, shape (K_later, K_earlier), or None
            Covariance of the later wave's figures with the earlier one's, each on its own agencies. None says that
            the samples are independent.

        Returns
        -------
        Change
            df is the smaller of the two waves': a little wide where the samples are independent.

        Raises
        ------
        BreakError
            The method changed between the waves.
        ScoringError
            Positions that are not in order; a covariance that does not fit.
        """
        count = len(self.segment)
        if not 0 <= earlier < later < count:
            raise ScoringError(f"Waves must be in order, 0 to {count - 1}; given: {earlier}, {later}.")
        if self.segment[earlier] != self.segment[later]:
            at = np.flatnonzero(self.breaks[earlier + 1 : later + 1]) + earlier + 1
            raise BreakError(
                f"Waves {earlier} and {later} can't be compared: the method changed at wave {some(at.tolist())}."
                " Score both by one method, or show them apart."
            )
        n = self.value.shape[1]
        shared = np.zeros((n, n))
        if cross is not None:
            cross = np.asarray(cross, dtype=float)
            to, of = self._shares[later], self._shares[earlier]
            if cross.shape != (to.shape[1], of.shape[1]):
                raise ScoringError(
                    f"`cross` must have shape ({to.shape[1]}, {of.shape[1]}): the later wave's agencies by the"
                    f" earlier one's; given: {cross.shape}."
                )
            if np.isnan(cross).any():
                raise ScoringError("`cross` must have no gaps: give 0 where a wave has no figure.")
            shared = to @ cross @ of.T
        joint = np.block([[self.covariance[earlier], shared.T], [shared, self.covariance[later]]])
        return change(self.value[earlier], self.value[later], joint, min(self.df[earlier], self.df[later]))


def series(waves: Sequence[Wave], crosswalks: Sequence[Crosswalk]) -> Series:
    """A series on the agencies of the last wave, cut where the method changed.

    Parameters
    ----------
    waves : sequence of T Wave, earliest first
    crosswalks : sequence of T - 1 Crosswalk
        From each wave's agencies to the next one's; `Crosswalk.unchanged` where nothing changed.

    Returns
    -------
    Series

    Raises
    ------
    ScoringError
        No wave; crosswalks that do not fit the waves; a wave without a method's name.

    Notes
    -----
    Wave t is carried to the last agencies by the crosswalks t, t + 1, ... one after the other (`back_cast`): theta* =
    ... A_{t+1} A_t theta_t, each with its own sizes. A merged agency one of whose parts was itself new has no past.

    Segments are never joined, neither by an overlap nor by a factor: a shift at a change of method can't be told from
    change [1]_.

    Wrong when two methods were given one name.

    References
    ----------
    .. [1] OECD (2007). Data and Metadata Reporting and Presentation Handbook (series breaks).

    Examples
    --------
    >>> found = series(
    ...     [Wave([80.0, 90.0], np.eye(2), "v1"), Wave([86.0], np.eye(1), "v1")],
    ...     [Crosswalk(2, 1, [0, 1], [0, 0], [1.0, 1.0])],
    ... )
    >>> found.value.tolist(), found.change(0, 1, cross=None).difference.tolist()
    ([[85.0], [86.0]], [1.0])
    """
    if not waves:
        raise ScoringError("`waves` must hold at least one wave.")
    if len(crosswalks) != len(waves) - 1:
        raise ScoringError(
            f"{len(waves)} waves need {len(waves) - 1} crosswalks between them; given: {len(crosswalks)}."
        )
    unnamed = [t for t, wave in enumerate(waves) if not wave.method]
    if unnamed:
        raise ScoringError(f"`method` must name the method of every wave; it is empty in {some(unnamed)}.")
    sizes = [np.size(wave.value) for wave in waves]
    for t, crosswalk in enumerate(crosswalks):
        if (crosswalk.n_old, crosswalk.n_new) != (sizes[t], sizes[t + 1]):
            raise ScoringError(
                f"Crosswalk {t} goes from {crosswalk.n_old} agencies to {crosswalk.n_new}; waves {t} and {t + 1} have"
                f" {sizes[t]} and {sizes[t + 1]}."
            )
    pasts = [_carried(wave, crosswalks[t:]) for t, wave in enumerate(waves)]
    breaks = np.array([False, *(b.method != a.method for a, b in pairwise(waves))])
    variance = np.stack([np.diagonal(past.covariance) for past in pasts])
    if np.any(variance < 0):
        raise ScoringError(
            "`covariance` has negative variances: estimate a wave's figures from one set of PSUs."
        )
    return Series(
        value=np.stack([past.value for past in pasts]),
        std_error=np.sqrt(variance),
        segment=np.cumsum(breaks),
        breaks=breaks,
        estimated=np.stack([past.estimated for past in pasts]),
        covariance=tuple(past.covariance for past in pasts),
        df=np.array([wave.df for wave in waves], dtype=float),
        _shares=tuple(past.shares for past in pasts),
    )


@dataclass(frozen=True, eq=False)
class _Carried:
    value: NDArray[np.float64]
    covariance: NDArray[np.float64]
    estimated: NDArray[np.bool_]
    shares: NDArray[np.float64]


def _carried(wave: Wave, crosswalks: Sequence[Crosswalk]) -> _Carried:
    """A wave on the agencies of the last one; `shares` has shape (J, K), of the wave's own K agencies."""
    n = np.size(wave.value)
    past = back_cast(wave.value, wave.covariance, Crosswalk.unchanged(n))
    estimated, shares = np.zeros(n, dtype=bool), np.eye(n)
    for crosswalk in crosswalks:
        past = back_cast(past.value, past.covariance, crosswalk)
        estimated = crosswalk.divided | np.any((crosswalk.flow > 0) & estimated, axis=1)
        shares = crosswalk.shares @ shares
    return _Carried(past.value, past.covariance, estimated, shares)


def _df(df: ArrayLike, n: int) -> NDArray[np.float64]:
    df = np.asarray(df, dtype=float)
    if df.shape not in ((), (n,)):
        raise ScoringError(f"`df` must be one number or one per figure, {n}; given: shape {df.shape}.")
    return np.broadcast_to(df, (n,)).copy()
