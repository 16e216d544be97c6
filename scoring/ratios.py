r"""Population totals, means, ratios and variances of numeric variables, linearised row by row.

The index figures of `scoring.estimate` need totals only. A variable with any number of distinct values (minutes
waited, money paid, a ratio of two of them) has no answer states to total, so this module, and `scoring.quantiles`
with it, reads the rows: a named exception to the rule that an estimate needs nothing but totals.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.design import SurveyDesign
from scoring.domains import Partition
from scoring.errors import ScoringError, some
from scoring.estimate import NOISE, Interval
from scoring.influence import degrees_of_freedom, linearised_covariance
from scoring.means import t_interval


@dataclass(frozen=True, eq=False)
class PopulationContrast:
    """A function of population figures: its value, its standard error, and the design's degrees of freedom."""

    value: float
    std_error: float
    df: int


@dataclass(frozen=True, eq=False)
class PopulationFigures:
    """Figures of D domains x E variables, in the units of the variable, with their joint covariance.

    Attributes
    ----------
    value : float array, shape (D, E); NaN where nobody in the domain has a value, or a ratio's denominator is 0.
    covariance : float array, shape (D, E, D, E)
        Between any two figures, of one domain or of two; NaN where a domain has no degree of freedom.
    n : int array, shape (D, E); rows of the domain with a value.
    df : int array, shape (D,); PSUs - strata that hold rows of the domain, with a value or not.
    deff_wor, deff_wr : float arrays, shape (D, E)
        V over the variance of a simple random sample of n without replacement from N = sum of w (R's
        `deff = TRUE`), and with replacement (R's `"replace"`). The first is NaN where the weights do not add up to
        more than n.
    design_df : int; PSUs - strata of the whole design.
    """

    value: NDArray[np.float64]
    covariance: NDArray[np.float64] = field(repr=False)
    n: NDArray[np.intp]
    df: NDArray[np.intp]
    deff_wor: NDArray[np.float64]
    deff_wr: NDArray[np.float64]
    design_df: int

    @property
    def std_error(self) -> NDArray[np.float64]:
        """Square roots of the variances, shape (D, E)."""
        return np.sqrt(np.einsum("dede->de", self.covariance))

    @property
    def cv(self) -> NDArray[np.float64]:
        """Coefficient of variation, std_error / |value|, shape (D, E); NaN where the value is 0."""
        size = np.abs(self.value)
        return np.divide(self.std_error, size, out=np.full(size.shape, np.nan), where=size > 0)

    def confidence_interval(self, level: float = 0.95) -> Interval:
        """value -+ t_df std_error; none where the standard error is 0 or there is no degree of freedom.

        Raises `ScoringError` for a level outside 0..1.
        """
        if not 0 < level < 1:
            raise ScoringError(f"`level` must lie between 0 and 1; given: {level:g}.")
        usable = np.where(self.std_error > 0, self.std_error, np.nan)
        low, high = t_interval(self.value, usable, self.df[:, None], level=level)
        return Interval(low, high, level, np.where(np.isnan(low), "none", "t"))

    def contrast(self, coefficients: ArrayLike, *, value: float | None = None) -> PopulationContrast:
        """A linear combination c'theta, or with `value` a smooth function of the figures and its gradient c.

        Parameters
        ----------
        coefficients : float array, shape (D, E)
            Figures with coefficient 0 may be undefined.
        value : float, optional
            The function's value, where it is not linear: for theta_1 / theta_2 the coefficients are
            1 / theta_2 and -theta_1 / theta_2^2.

        Notes
        -----
        V = c' Cov c: the covariance of figures that share rows or PSUs is kept. Wrong where the function bends within
        the sampling error, as a ratio does whose denominator is not well known. A variance that is rounding noise
        beside its own terms is 0.

        Examples
        --------
        Two years of the same three people: the change is far better known than either year.

        >>> both = population_mean([[1.0, 2.0], [5.0, 6.5], [9.0, 10.0]], SurveyDesign(3))
        >>> change = both.contrast([[-1, 1]])
        >>> round(change.value, 4), round(change.std_error, 4), both.std_error.round(2).tolist()
        (1.1667, 0.1667, [[2.31, 2.32]])
        """
        c = np.asarray(coefficients, dtype=float)
        if c.shape != self.value.shape:
            raise ScoringError(
                f"`coefficients` must have one number per figure, shape {self.value.shape}; given: shape {c.shape}."
            )
        used = c != 0
        c, covariance = c[used], self.covariance[used][:, used]
        variance = c @ covariance @ c
        if variance <= NOISE**2 * (c**2 @ self.value[used] ** 2):
            variance = 0.0
        if value is None:
            value = float(c @ self.value[used])
        return PopulationContrast(float(value), float(np.sqrt(variance)), self.design_df)


def population_total(
    y: ArrayLike, design: SurveyDesign, *, domains: Partition | None = None
) -> PopulationFigures:
    r"""Totals of variables over the population, and over its domains.

    Parameters
    ----------
    y : float array, shape (n,) or (n, E)
        One or more variables, in any unit; NaN where a row has no value.
    design : SurveyDesign
        Of the n rows; its weights must add up to the population, not to n.
    domains : Partition, optional
        The whole population where not given.

    Returns
    -------
    PopulationFigures

    Raises
    ------
    ScoringError
        Another number of rows than the design's; a value that is infinite or no number.
    LonelyPSUError
        A domain holds a stratum of one PSU, or a PSU of one later unit, and the design names no rule for it.

    Notes
    -----
    Y = sum w d y over the rows with a value; influence w d y. Rows without one count as 0, as in R's `na.rm`, so
    the total is too small where values are missing: then a mean times a known count is better.

    V = sum_h (1 - f_h) n_h / (n_h - 1) sum_i (z_hi - mean_h z)^2 over the PSU sums z of the influence, and the same
    at every further stage with a population count. Stratum with one PSU: `adjust` adds (1 - f_h) times the squared
    distance from the mean PSU total of the whole sample; `average` scales the rest by strata / strata that are not
    lonely, counted in the domain (between two domains by the geometric mean).

    Wrong when weights were scaled (totals scale with them) or calibrated (the variance takes them as given and is
    then too large). Memory: rows x domains x variables numbers.

    References
    ----------
    .. [1] Särndal, C.-E., Swensson, B. and Wretman, J. (1992). Model Assisted Survey Sampling, chapters 2 to 5.

    Examples
    --------
    >>> found = population_total([3.0, 5.0], SurveyDesign(2, weight=[10, 10], fpc=([20, 20],)))
    >>> found.value.tolist(), found.std_error.round(4).tolist(), found.deff_wor.round(9).tolist()
    ([[80.0]], [[18.9737]], [[1.0]])
    """
    rows = _Rows(y, design, domains)
    value, influence = rows.undefined(), rows.empty()
    for d, e in rows.figures():
        here = rows.here(d, e)
        influence[here, d, e] = design.w[here] * rows.y[here, e]
        value[d, e] = influence[here, d, e].sum()
    return rows.estimated(value, influence)


def population_mean(
    y: ArrayLike, design: SurveyDesign, *, domains: Partition | None = None
) -> PopulationFigures:
    r"""Means of variables over the population, and over its domains.

    Parameters, returns and errors are those of `population_total`. Weights may be scaled.

    Notes
    -----
    mean = sum w d v y / sum w d v with v = 1 for a row with a value; influence w d v (y - mean) / sum w d v: the
    number of rows with a value is random too. Each variable is taken over its own valid rows (R's `svymean` of
    several variables drops rows that miss any). Wrong when those without a value differ from the others.

    References
    ----------
    .. [1] Särndal, C.-E., Swensson, B. and Wretman, J. (1992). Model Assisted Survey Sampling, section 5.8.

    Examples
    --------
    >>> found = population_mean([3.0, 5.0, np.nan], SurveyDesign(3))
    >>> found.value.tolist(), found.n.tolist(), found.df.tolist()
    ([[4.0]], [[2]], [2])
    """
    rows = _Rows(y, design, domains)
    value, influence = rows.undefined(), rows.empty()
    for d, e in rows.figures():
        here = rows.here(d, e)
        w = design.w[here]
        value[d, e] = w @ rows.y[here, e] / w.sum()
        influence[here, d, e] = w * (rows.y[here, e] - value[d, e]) / w.sum()
    return rows.estimated(value, influence)


def population_ratio(
    y: ArrayLike, x: ArrayLike, design: SurveyDesign, *, domains: Partition | None = None
) -> PopulationFigures:
    r"""Ratios of totals, sum y / sum x, over the population and over its domains.

    Parameters
    ----------
    y, x : float arrays, shape (n,) or (n, E)
        Numerators and denominators; a row that misses either is left out of both.
    design, domains
        As in `population_total`; weights may be scaled.

    Returns
    -------
    PopulationFigures

    Notes
    -----
    R = sum w d y / sum w d x; influence w d (y - R x) / sum w d x. Biased by the order of cv(x)^2: do not use it where
    the coefficient of variation of the denominator passes some 10 % [1]_. NaN where the denominator is 0.

    References
    ----------
    .. [1] Cochran, W. G. (1977). Sampling Techniques, 3rd edition, chapter 6.

    Examples
    --------
    >>> found = population_ratio([2.0, 3.0, 7.0], [4.0, 6.0, 14.0], SurveyDesign(3))
    >>> found.value.tolist(), found.std_error.tolist()
    ([[0.5]], [[0.0]])
    """
    rows, below = _Rows(y, design, domains), _Rows(x, design, domains, name="x")
    if rows.y.shape != below.y.shape:
        raise ScoringError(f"`y` and `x` must have one shape; given: {rows.y.shape} and {below.y.shape}.")
    rows.valid &= below.valid
    value, influence = rows.undefined(), rows.empty()
    for d, e in rows.figures():
        here = rows.here(d, e)
        w, top, bottom = design.w[here], rows.y[here, e], below.y[here, e]
        whole = w @ bottom
        if abs(whole) > NOISE * (w @ np.abs(bottom)):
            value[d, e] = w @ top / whole
            influence[here, d, e] = w * (top - value[d, e] * bottom) / whole
    return rows.estimated(value, influence)


def population_covariance(
    y: ArrayLike, design: SurveyDesign, *, domains: Partition | None = None
) -> PopulationFigures:
    r"""Variances and covariances of E variables over the population, E x E figures per domain, row by row.

    Parameters, returns and errors are those of `population_total`; weights may be scaled. Rows that miss any of the
    variables are left out of all.

    Notes
    -----
    S_jk = n / (n - 1) sum w d (y_j - mean_j)(y_k - mean_k) / sum w d; its influence is that of the mean of these
    products: the means may be held fixed, since a small change of either changes nothing (R's `svyvar`). Wrong for
    heavy tails: the standard error of a variance needs fourth moments. NaN where n < 2.

    References
    ----------
    .. [1] Särndal, C.-E., Swensson, B. and Wretman, J. (1992). Model Assisted Survey Sampling, section 5.9.

    Examples
    --------
    >>> population_covariance([[1.0, 0.0], [2.0, 2.0], [3.0, 4.0]], SurveyDesign(3)).value.round(9).tolist()
    [[1.0, 2.0, 2.0, 4.0]]
    """
    rows = _Rows(y, design, domains)
    complete, width = rows.valid.all(axis=1), rows.y.shape[1]
    products = np.full((design.n_rows, width * width), np.nan)
    for d in range(rows.n_domains):
        here = complete & (rows.row_domain == d)
        n = np.count_nonzero(here)
        if n >= 2:
            w = design.w[here]
            centred = rows.y[here] - w @ rows.y[here] / w.sum()
            products[here] = (centred[:, :, None] * centred[:, None, :]).reshape(n, -1) * (n / (n - 1))
    return population_mean(products, design, domains=domains)


class _Rows:
    """The variables beside the design and the domains, and the way from influence to covariance."""

    def __init__(self, y: ArrayLike, design: SurveyDesign, domains: Partition | None, name: str = "y"):
        try:
            column = np.asarray(y, dtype=float)
        except (TypeError, ValueError) as error:
            raise ScoringError(f"`{name}` must hold numbers, NaN where there is none.") from error
        if column.ndim not in (1, 2) or len(column) != design.n_rows:
            raise ScoringError(
                f"`{name}` must have one row per row of the design, {design.n_rows}; given: shape {column.shape}."
            )
        self.y = column.reshape(len(column), -1)
        infinite = np.flatnonzero(np.isinf(self.y).any(axis=1))
        if len(infinite):
            raise ScoringError(
                f"`{name}` is infinite in {len(infinite)} rows (rows {some((infinite + 1).tolist())}): correct them,"
                " or give NaN where the value is not known."
            )
        self.valid = ~np.isnan(self.y)
        self.design = design
        domains = Partition.whole(design.n_rows) if domains is None else domains
        self.row_domain = domains.row_domain
        self.n_domains = len(domains.domains)
        if self.row_domain.shape != (design.n_rows,):
            raise ScoringError(
                f"`domains` must place each of the {design.n_rows} rows; given: {len(self.row_domain)} rows."
            )

    def here(self, d: int, e: int) -> NDArray[np.intp]:
        """Rows of a domain with a value."""
        return np.flatnonzero((self.row_domain == d) & self.valid[:, e])

    def figures(self):
        """(domain, variable) of every figure that has a row to go by."""
        for d in range(self.n_domains):
            inside = self.valid[self.row_domain == d].any(axis=0)
            yield from ((d, int(e)) for e in np.flatnonzero(inside))

    def undefined(self) -> NDArray[np.float64]:
        return np.full((self.n_domains, self.y.shape[1]), np.nan)

    def empty(self) -> NDArray[np.float64]:
        return np.zeros((self.design.n_rows, self.n_domains, self.y.shape[1]))

    def estimated(self, value: NDArray, influence: NDArray) -> PopulationFigures:
        shape = value.shape
        df = np.array(
            [degrees_of_freedom(self.design, self.row_domain == d) for d in range(shape[0])], dtype=np.intp
        )
        covariance = linearised_covariance(influence, self.design, self.row_domain)
        # Rounding noise is no uncertainty; what is undefined, or has no degree of freedom, has none to tell.
        quiet = np.diag(covariance) <= (NOISE * np.nan_to_num(value.ravel())) ** 2
        covariance[quiet], covariance[:, quiet] = 0.0, 0.0
        none = (np.isnan(value) | (df <= 0)[:, None]).ravel()
        covariance[none], covariance[:, none] = np.nan, np.nan
        n = np.array([self.valid[self.row_domain == d].sum(axis=0) for d in range(shape[0])])
        wor, wr = self._design_effects(influence, np.diag(covariance).reshape(shape))
        design_df = int(self.design.n_h.sum()) - self.design.n_strata
        return PopulationFigures(value, covariance.reshape(shape * 2), n, df, wor, wr, design_df)

    def _design_effects(self, influence: NDArray, variance: NDArray) -> tuple[NDArray, NDArray]:
        """V / V0 with V0 = N^2 S^2(u) / n times 1 - n / N, or 1; u the influence without its weight."""
        wor, wr = np.full(variance.shape, np.nan), np.full(variance.shape, np.nan)
        for d, e in self.figures():
            here = self.here(d, e)
            w, n = self.design.w[here], len(here)
            if n < 2 or np.isnan(variance[d, e]):
                continue
            u, size = influence[here, d, e] / w, w.sum()
            centre = w @ u / size
            simple = size * (w @ (u - centre) ** 2) / (n - 1)
            if simple > (NOISE * size * np.abs(u).max()) ** 2:
                wr[d, e] = variance[d, e] / simple
                if size > n:
                    wor[d, e] = wr[d, e] / (1 - n / size)
        return wor, wr
