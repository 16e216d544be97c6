r"""Whether two categorical variables go together: the chi-square test of independence, corrected for the design."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from scoring.design import SurveyDesign
from scoring.domains import Partition
from scoring.errors import ScoringError
from scoring.estimate import NOISE
from scoring.ratios import population_mean

# Contrasts of a table whose covariance is below this share of the largest rest on empty cells alone.
EMPTY = 1e-12


@dataclass(frozen=True, eq=False)
class AssociationTest:
    """Test of independence of two variables with R and C categories; NaN where there is no number.

    Attributes
    ----------
    rows, columns : tuple of str; the categories in sorted order.
    proportion : float array, shape (R, C); estimated share of each cell, 0..1, adding up to 1.
    n : int; rows that have both variables.
    pearson : float; n times the mean square contingency of `proportion`, uncorrected.
    mean_deff : float; mean of the generalised design effects, by which `pearson` is too large.
    f, df_numerator, df_denominator : float; the corrected statistic, and its degrees of freedom (not whole numbers).
    p : float; upper tail of F, 0..1.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    proportion: NDArray[np.float64] = field(repr=False)
    n: int
    pearson: float
    mean_deff: float
    f: float
    df_numerator: float
    df_denominator: float
    p: float


def association_test(row: ArrayLike, column: ArrayLike, design: SurveyDesign) -> AssociationTest:
    r"""Rao-Scott test, with the second-order correction, that two categorical variables are independent.

    Parameters
    ----------
    row, column : arrays of text or int, shape (n,)
        The categories of each row; empty text, None or NaN where there is none. Rows that miss either are left out
        as a domain is: their PSUs stay in the design.
    design : SurveyDesign
        Of the n rows; weights may be scaled.

    Returns
    -------
    AssociationTest; f and p are NaN without a degree of freedom, and where the cells do not vary.

    Raises
    ------
    ScoringError
        Another number of rows than the design's; a variable with one category only; so many empty cells that
        independence cannot be asked of all categories.
    LonelyPSUError
        As for `population_mean`.

    Notes
    -----
    With p the cell proportions and V their covariance under the design,
    X2 = n sum (p_rc - p_r p_c)^2 / (p_r p_c). Under independence X2 is distributed as sum delta_k chi2_1, with
    the (R - 1)(C - 1) generalised design effects delta the eigenvalues of
    Delta = n (K' D^-1 K)^-1 (K' D^-1 V D^-1 K), D = diag(p), K the contrasts of interaction [1]_. Satterthwaite's
    correction keeps mean and variance: F = X2 / tr(Delta) on d = tr(Delta)^2 / tr(Delta^2) and d df degrees of
    freedom, df = PSUs - strata of the whole design [2]_. An empty cell has no part in D^-1.

    Wrong with few PSUs beside (R - 1)(C - 1), when V is hardly estimated; with cells of expected shares so small
    that n p_r p_c is below some 5; and when many rows miss either variable, unless they are like the others. It
    says whether, never how strongly, two variables go together.

    References
    ----------
    .. [1] Rao, J. N. K. and Scott, A. J. (1984). On chi-squared tests for multiway contingency tables with cell
       proportions estimated from survey data. Annals of Statistics 12, 46-60.
    .. [2] Thomas, D. R. and Rao, J. N. K. (1987). Small-sample comparisons of level and power for simple
       goodness-of-fit statistics under cluster sampling. Journal of the American Statistical Association 82,
       630-636.

    Examples
    --------
    Sixteen people, men and women, content or not:

    >>> sex, content = ["m"] * 8 + ["w"] * 8, [1] * 6 + [0] * 2 + [1] * 2 + [0] * 6
    >>> found = association_test(sex, content, SurveyDesign(16))
    >>> found.pearson, round(found.mean_deff, 9), round(found.f, 6), round(found.p, 4)
    (4.0, 1.066666667, 3.75, 0.0719)
    """
    tables = [Partition.of("row", row), Partition.of("column", column)]
    for name, table in zip(("row", "column"), tables, strict=True):
        if table.row_domain.shape != (design.n_rows,):
            raise ScoringError(
                f"`{name}` must have one category per row of the design, {design.n_rows}; given: shape"
                f" {np.shape(row if name == 'row' else column)}."
            )
    valid = np.all([table.row_domain >= 0 for table in tables], axis=0)
    # A category that only rows without the other variable have is no part of the table.
    (rows, i), (columns, j) = (_categories(table, valid) for table in tables)
    for name, found in (("row", rows), ("column", columns)):
        if len(found) < 2:
            raise ScoringError(
                f"`{name}` must have at least two categories among the rows that have both variables; found:"
                f" {', '.join(found) or 'none'}."
            )
    shape = len(rows), len(columns)
    cell = np.zeros((design.n_rows, shape[0] * shape[1]))
    cell[np.flatnonzero(valid), i * shape[1] + j] = 1.0
    both = Partition.of("both", np.where(valid, "both", ""))
    figures = population_mean(cell, design, domains=both)
    p, covariance = figures.value[0], figures.covariance[0, :, 0]
    n, df = int(figures.n[0, 0]), figures.design_df

    table = p.reshape(shape)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0))
    pearson = float(n * ((table - expected) ** 2 / expected).sum())
    nothing = AssociationTest(rows, columns, table, n, pearson, *[np.nan] * 5)
    inverse = np.divide(1.0, p, out=np.zeros(len(p)), where=p > 0)[:, None]
    contrasts = np.kron(_contrasts(shape[0]), _contrasts(shape[1]))
    simple = contrasts.T @ (inverse * contrasts) / n
    size = np.linalg.eigvalsh(simple)
    if size[0] <= EMPTY * size[-1]:
        raise ScoringError(
            f"{np.count_nonzero(p == 0)} of {len(p)} cells of the table are empty, too many to test independence of"
            " all categories: join categories that few rows have."
        )
    if np.isnan(covariance).any():
        return nothing
    weighted = inverse * contrasts
    delta = np.linalg.solve(simple, weighted.T @ covariance @ weighted)
    trace, squares = float(np.trace(delta)), float((delta * delta.T).sum())
    if trace <= NOISE:
        return nothing
    f, numerator = pearson / trace, trace**2 / squares
    denominator = numerator * df
    tail = float(special.fdtrc(numerator, denominator, f))
    return AssociationTest(
        rows, columns, table, n, pearson, trace / len(simple), f, numerator, denominator, tail
    )


def _categories(table: Partition, valid: NDArray[np.bool_]) -> tuple[tuple[str, ...], NDArray[np.intp]]:
    """Categories that rows have who have both variables, and the place of each of these rows among them."""
    present, place = np.unique(table.row_domain[valid], return_inverse=True)
    return tuple(str(table.domains[k]) for k in present), place.reshape(-1)


def _contrasts(size: int) -> NDArray[np.float64]:
    """Each category less the last, shape (size, size - 1)."""
    return np.vstack([np.eye(size - 1), -np.ones(size - 1)])
