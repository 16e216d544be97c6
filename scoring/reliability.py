r"""Reliability of a factor: alpha, item-rest correlations, item nonresponse. Reads rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from scoring.design import SurveyDesign
from scoring.influence import degrees_of_freedom, linearised_variance
from scoring.moments import (
    MeasurementError,
    MeasurementInterval,
    MissingRule,
    bootstrapped,
    check_level,
    covariance_influence,
    jackknifed,
    log_interval,
    percentile_interval,
    weighted_moments,
)

AlphaMethod = Literal["linearised", "jackknife", "bootstrap", "feldt"]


@dataclass(frozen=True, eq=False)
class Alpha:
    """Cronbach's alpha of k items: `value` at most 1, negative where items work against each other.

    `std_error` is linearised over PSUs, with `df` PSUs less strata (NaN where df = 0); `jackknife_error` leaves out
    each PSU in turn (NaN where it was not asked for); `n` and `n_left_out` as in `Moments`; `replicates` float array,
    shape (B,), over bootstrapped PSUs, empty where none were asked.
    """

    items: tuple[str, ...]
    missing: MissingRule
    value: float
    std_error: float
    df: int
    n: int
    n_left_out: int
    spearman_brown: float
    jackknife_error: float
    replicates: NDArray[np.float64] = field(repr=False)

    def confidence_interval(
        self, level: float = 0.95, *, method: AlphaMethod = "linearised"
    ) -> MeasurementInterval:
        r"""Interval of alpha.

        Parameters
        ----------
        level : float, 0..1
        method : {"linearised", "jackknife", "bootstrap", "feldt"}
            By the standard error over PSUs, linearised or by leaving each out, symmetric in ln(1 - alpha); by
            quantiles of the replicates; or Feldt's, which takes the rows for independent and normal and the weights
            for equal.

        Returns
        -------
        MeasurementInterval
            `method` is t-log, jackknife-log, psu-bootstrap or feldt-iid.

        Notes
        -----
        1 - (1 - a) exp(±t_df SE / (1 - a)); quantiles; 1 - (1 - a) F_q(n - 1, (n - 1)(k - 1)). Under clusters Feldt's
        is too narrow. The first two give none where alpha is 1, the first three none where df = 0.

        References
        ----------
        .. [1] Feldt, L. S. (1965). The approximate sampling distribution of Kuder-Richardson reliability coefficient
           twenty. Psychometrika 30, 357-370.
        .. [2] Bonett, D. G. (2002). Sample size requirements for testing and estimating coefficient alpha. Journal
           of Educational and Behavioral Statistics 27, 335-340.
        """
        check_level(level)
        upper = (1 + level) / 2
        if method == "feldt":
            within = self.n - 1
            tail = special.fdtri(within, within * (len(self.items) - 1), np.array([upper, 1 - upper]))
            low, high = 1 - (1 - self.value) * tail
            return MeasurementInterval(float(low), float(high), level, "feldt-iid")
        if method == "bootstrap":
            if not len(self.replicates):
                raise MeasurementError(
                    "A bootstrap interval needs replicates: ask for them where alpha is estimated, with a seed."
                )
            low, high = percentile_interval(self.replicates, level)
            return MeasurementInterval(float(low), float(high), level, "psu-bootstrap")
        if method == "jackknife":
            if np.isnan(self.jackknife_error) and self.df > 0:
                raise MeasurementError(
                    "A jackknife interval needs its error: ask for `jackknife` where alpha is estimated."
                )
            return log_interval(self.value, self.jackknife_error, self.df, level, "jackknife-log")
        if method != "linearised":
            raise MeasurementError(
                f"`method` must be one of linearised, jackknife, bootstrap, feldt; given: {method}."
            )
        return log_interval(self.value, self.std_error, self.df, level, "t-log")


def cronbach_alpha(
    scores: ArrayLike,
    design: SurveyDesign,
    *,
    items: Sequence[str] | None = None,
    missing: MissingRule = "complete",
    domain: ArrayLike | None = None,
    jackknife: bool = False,
    replicates: int = 0,
    seed: int | None = None,
) -> Alpha:
    r"""Cronbach's alpha of the sum of k items, with weights. Reads rows.

    Parameters
    ----------
    scores : float array, shape (k, n), k >= 2
        Score of each row on each item, one unit for all; NaN where the answer does not score.
    design : SurveyDesign
    items : sequence of text, length k, optional
    missing : {"complete", "pairwise", "fail"}
        See `weighted_moments`.
    domain : bool array, shape (n,), optional
    jackknife : bool
        Whether to leave out each PSU in turn as well (JKn).
    replicates : int, 0 or >= 2
        Bootstrap replicates over PSUs.
    seed : int
        Needed where there are replicates.

    Returns
    -------
    Alpha

    Raises
    ------
    MeasurementError
        Fewer than 2 items; an item without variation (named); too few complete rows; a sum without variance.
    LonelyPSUError
        A stratum with one sampled PSU, and no rule in the design.

    Notes
    -----
    alpha = k / (k - 1) (1 - Σ_j c_jj / Σ_jk c_jk), c the weighted covariances. Its influence is Σ_jk g_jk w v_j v_k
    ((x_j - m_j)(x_k - m_k) - c_jk) / Σ w v_j v_k, g the gradient, and its variance that of the PSU totals.
    Alpha is the reliability of the sum only if items measure one thing with equal loadings (tau-equivalence) and
    independent errors; otherwise below it, and above it where errors are correlated (items side by side). It grows
    with k and is no proof of one dimension. With 2 items it is below Spearman-Brown unless their variances agree.
    Complete cases lose many rows where an item applies to few.

    References
    ----------
    .. [1] Cronbach, L. J. (1951). Coefficient alpha and the internal structure of tests. Psychometrika 16, 297-334.
    .. [2] Binder, D. A. (1983). On the variances of asymptotically normal estimators from complex surveys.
       International Statistical Review 51, 279-292.

    Examples
    --------
    >>> from scoring import SurveyDesign
    >>> found = cronbach_alpha([[0, 25, 50, 100], [0, 50, 50, 100], [25, 25, 75, 100]], SurveyDesign(4))
    >>> round(found.value, 6), found.n
    (0.965909, 4)
    """
    moments = weighted_moments(scores, design, items=items, missing=missing, domain=domain)
    k = len(moments.items)
    if k < 2:
        raise MeasurementError(f"Alpha needs at least 2 items; given: {k}.", moments.items)
    c = moments.covariance
    total = float(c.sum())
    if total <= 1e-12 * np.trace(c):
        raise MeasurementError(
            "The sum of the items has no variance, so alpha is not defined: check that all are scored the same way"
            " round, or use complete cases.",
            moments.items,
        )
    df = degrees_of_freedom(design, moments.inside)
    std_error = np.nan
    if df > 0:
        influence = covariance_influence(_alpha_gradient(c), moments, design)
        std_error = float(np.sqrt(linearised_variance(influence, design, domain=moments.inside)))
    jackknife_error = np.nan
    if jackknife:
        without, share = jackknifed(moments, design)
        jackknife_error = float(np.sqrt((share * (_alpha(without) - _alpha(c)) ** 2).sum()))
    repeated = np.empty(0)
    if replicates:
        if seed is None:
            raise MeasurementError("Replicates need a `seed`, so that the same rows give the same interval.")
        repeated = _alpha(bootstrapped(moments, design, replicates=replicates, seed=seed))
    brown = spearman_brown(c[0, 1] / np.sqrt(c[0, 0] * c[1, 1])) if k == 2 else np.nan
    return Alpha(
        moments.items,
        missing,
        float(_alpha(c)),
        std_error,
        df,
        moments.n,
        moments.n_left_out,
        brown,
        jackknife_error,
        repeated,
    )


def spearman_brown(correlation: float, times: float = 2.0) -> float:
    r"""Reliability of a scale `times` as long: times r / (1 + (times - 1) r).

    Parameters
    ----------
    correlation : float, -1..1
        Correlation of two items, or reliability of the scale as it is.
    times : float, > 0

    Returns
    -------
    float, at most 1; minus infinity where the denominator is 0.

    Notes
    -----
    For a factor of two items this is the better figure: alpha equals it for equal variances and is below it
    otherwise. Wrong where the items added are not like those there.

    References
    ----------
    .. [1] Eisinga, R., te Grotenhuis, M. and Pelzer, B. (2013). The reliability of a two-item scale: Pearson,
       Cronbach, or Spearman-Brown? International Journal of Public Health 58, 637-642.

    Examples
    --------
    >>> spearman_brown(0.6)
    0.7499999999999999
    """
    if not -1 - 1e-9 <= correlation <= 1 + 1e-9:
        raise MeasurementError(f"`correlation` must lie between -1 and 1; given: {correlation:g}.")
    if not (times > 0 and np.isfinite(times)):
        raise MeasurementError(f"`times` must be a positive number; given: {times:g}.")
    below = 1 + (times - 1) * correlation
    return float(times * correlation / below) if below > 0 else -np.inf


@dataclass(frozen=True, eq=False)
class ItemRest:
    """Per item, arrays of shape (k,): its mean and standard deviation, its correlation with the sum of the others,
    and alpha of the others (NaN with 2 items)."""

    items: tuple[str, ...]
    mean: NDArray[np.float64]
    std_dev: NDArray[np.float64]
    item_rest: NDArray[np.float64]
    alpha_without: NDArray[np.float64]
    n: int
    n_left_out: int


def item_rest_correlations(
    scores: ArrayLike,
    design: SurveyDesign,
    *,
    items: Sequence[str] | None = None,
    missing: MissingRule = "complete",
    domain: ArrayLike | None = None,
) -> ItemRest:
    r"""Correlation of each item with the sum of the other items, with weights. Reads rows.

    Parameters
    ----------
    scores : float array, shape (k, n), k >= 2
    design, items, missing, domain
        As in `cronbach_alpha`; only the weights of the design are used.

    Returns
    -------
    ItemRest

    Notes
    -----
    r_j = Σ_{k≠j} c_jk / sqrt(c_jj Σ_{k,l≠j} c_kl); negative: the item is scored the wrong way round. NaN where
    the others' sum has no variance. Wrong as a rule for dropping items one after the other: it fits the sample.

    References
    ----------
    .. [1] Nunnally, J. C. and Bernstein, I. H. (1994). Psychometric Theory, 3rd edition. McGraw-Hill. Chapter 8.

    Examples
    --------
    >>> from scoring import SurveyDesign
    >>> found = item_rest_correlations([[1, 2, 3, 4], [1, 2, 3, 4], [4, 3, 2, 1]], SurveyDesign(4))
    >>> found.item_rest.tolist(), found.alpha_without.tolist()
    ([nan, nan, -1.0], [nan, nan, 1.0])
    """
    moments = weighted_moments(scores, design, items=items, missing=missing, domain=domain)
    k, c = len(moments.items), moments.covariance
    if k < 2:
        raise MeasurementError(f"Item-rest correlations need at least 2 items; given: {k}.", moments.items)
    own = np.diag(c)
    with_rest = c.sum(axis=1) - own
    of_rest = c.sum() - 2 * c.sum(axis=1) + own
    scale = own.sum() - own
    defined = of_rest > 1e-12 * scale
    rest = np.where(defined, of_rest, 1.0)
    correlation = np.where(defined, with_rest / np.sqrt(own * rest), np.nan)
    without = np.full(k, np.nan)
    if k > 2:
        without = np.where(defined, (k - 1) / (k - 2) * (1 - scale / rest), np.nan)
    return ItemRest(
        moments.items, moments.mean, np.sqrt(own), correlation, without, moments.n, moments.n_left_out
    )


@dataclass(frozen=True, eq=False)
class ItemNonresponse:
    """Answers by kind: `count` int and `share` float arrays, shape (k, K), in the order of `kinds`.

    A share is of the weight of the domain's rows, 0..1; `n` is the number of those rows.
    """

    items: tuple[str, ...]
    kinds: tuple[str, ...]
    count: NDArray[np.int64]
    share: NDArray[np.float64]
    n: int


def item_nonresponse(
    answers: ArrayLike,
    kinds: Sequence[Sequence[str]],
    design: SurveyDesign,
    *,
    items: Sequence[str] | None = None,
    domain: ArrayLike | None = None,
) -> ItemNonresponse:
    r"""How often each item was answered, refused, not applicable and so on. Reads rows.

    Parameters
    ----------
    answers : int array, shape (k, n)
        Position of each answer among the states of its item, as an engine takes them.
    kinds : per item, the kind of each of its states
        Such as `("valid",) * 5 + ("not_applicable", "blank")`; kinds come out in the order in which they first stand.
    design : SurveyDesign
    items, domain
        As in `cronbach_alpha`.

    Returns
    -------
    ItemNonresponse

    Raises
    ------
    MeasurementError
        Unequal lengths; an answer beyond the states of its item (the item is named).

    Notes
    -----
    share = Σ w d [kind] / Σ w d. What a high share of "not applicable" means depends on the routing: it is no
    nonresponse where the item was not to be asked.

    References
    ----------
    .. [1] The American Association for Public Opinion Research (2023). Standard Definitions, 10th edition.

    Examples
    --------
    >>> from scoring import SurveyDesign
    >>> found = item_nonresponse([[0, 1, 2, 2]], [("valid", "valid", "blank")], SurveyDesign(4, weight=[1, 1, 1, 3]))
    >>> found.kinds, found.count.tolist(), found.share.round(4).tolist()
    (('valid', 'blank'), [[2, 2]], [[0.3333, 0.6667]])
    """
    states = np.asarray(answers)
    names = tuple(str(j + 1) for j in range(len(states))) if items is None else tuple(items)
    if states.ndim != 2 or states.shape[1] != design.n_rows or states.dtype.kind not in "iu":
        raise MeasurementError(
            f"`answers` must be positions of states, a row per item and {design.n_rows} columns; given: shape"
            f" {states.shape} of {states.dtype}."
        )
    if not len(states) == len(kinds) == len(names):
        raise MeasurementError(f"`kinds` and `items` must have one entry per item, {len(states)}.")
    inside = np.ones(design.n_rows, dtype=bool) if domain is None else np.asarray(domain, dtype=bool)
    if inside.shape != (design.n_rows,) or not inside.any():
        raise MeasurementError("`domain` must hold one true or false per row, and hold a row.")
    order = tuple(dict.fromkeys(kind for of_item in kinds for kind in of_item))
    count, weight = (np.zeros((len(states), len(order)), dtype=t) for t in (np.int64, float))
    w = design.w[inside] / design.w[inside].mean()
    for j, (name, of_item) in enumerate(zip(names, kinds, strict=True)):
        row = states[j, inside]
        if row.min() < 0 or row.max() >= len(of_item):
            raise MeasurementError(
                f"Item {name} has {len(of_item)} states and an answer beyond them.", (name,)
            )
        place = np.array([order.index(kind) for kind in of_item])[row]
        count[j] = np.bincount(place, minlength=len(order))
        weight[j] = np.bincount(place, weights=w, minlength=len(order))
    return ItemNonresponse(names, order, count, weight / w.sum(), int(inside.sum()))


def _alpha(c: NDArray[np.float64]) -> NDArray[np.float64]:
    """Alpha of covariances, shape (..., k, k); NaN where the sum has no variance."""
    k = c.shape[-1]
    total, own = c.sum(axis=(-2, -1)), np.trace(c, axis1=-2, axis2=-1)
    share = np.divide(own, total, out=np.full(np.shape(total), np.nan), where=total > 1e-12 * own)
    return k / (k - 1) * (1 - share)


def _alpha_gradient(c: NDArray[np.float64]) -> NDArray[np.float64]:
    """Derivative of alpha by each covariance, shape (k, k)."""
    k, total, own = len(c), c.sum(), np.trace(c)
    return -k / (k - 1) * (np.eye(k) / total - own / total**2)
