r"""Before the fieldwork: how many to ask for a wanted margin or to see a change."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import special

from scoring.errors import ScoringError

# A size that a float puts a hair above a whole number is that number.
HAIR = 1e-9


class PlanningError(ScoringError):
    """A margin, a size or a frame from which no sample can be planned."""


@dataclass(frozen=True)
class SampleSize:
    """How many are needed, step by step.

    `unlimited` is the unrounded size for a population without end, `exact` the same after the finite population
    correction; `respondents` is `exact` rounded up, `invitations` how many to ask so that so many answer.
    `attainable` is False where more would have to be asked than there are.
    """

    unlimited: float
    exact: float
    respondents: int
    invitations: int
    attainable: bool


def sample_size_margin(
    margin: float,
    *,
    p: float = 0.5,
    level: float = 0.95,
    deff: float = 1.0,
    population: float | None = None,
    response_rate: float = 1.0,
) -> SampleSize:
    r"""Sample size for a wanted margin of a proportion in one domain.

    Parameters
    ----------
    margin : float, 0..1
        Half the width of the interval: 0.05 is five percentage points.
    p : float, 0..1
        The proportion expected; 0.5 needs the most.
    level : float, 0..1
        Confidence level, two-sided.
    deff : float, > 0
        Design effect expected; see `cluster_deff`.
    population : float, optional
        Head count N of the domain; none: without end.
    response_rate : float, 0..1
        Share of those asked who are expected to answer.

    Returns
    -------
    SampleSize

    Notes
    -----
    n0 = deff z^2 p (1 - p) / e^2; then n = n0 / (1 + (n0 - 1) / N), which solves e = z sqrt(deff p (1 - p) / n *
    (N - n) / (N - 1)) where deff = 1; then n / response rate. It holds for one domain: each domain that is to have
    the margin needs its own n. Wrong where the design effect is guessed too low, where p lies near 0 or 1 with a
    small n (the interval is then not symmetric), and never a cure for nonresponse: those who are silent may differ.

    References
    ----------
    .. [1] Cochran, W. G. (1977). Sampling Techniques, 3rd edition. Wiley. Sections 4.4 to 4.6.
    .. [2] Kish, L. (1965). Survey Sampling. Wiley. Section 8.2.

    Examples
    --------
    >>> sample_size_margin(0.05).respondents
    385
    >>> sample_size_margin(0.05, deff=2, population=1000, response_rate=0.8).invitations
    544
    """
    _inside("margin", margin, 0, 1)
    _inside("p", p, 0, 1)
    _check_shares(level=level, response_rate=response_rate)
    _positive(deff=deff)
    unlimited = deff * _z(level) ** 2 * p * (1 - p) / margin**2
    exact = unlimited
    if population is not None:
        _at_least_one("population", population)
        exact = unlimited / (1 + (unlimited - 1) / population) if unlimited > 1 else unlimited
    return _sized(unlimited, exact, population, response_rate)


def yamane_sample_size(population: float, margin: float, *, response_rate: float = 1.0) -> SampleSize:
    r"""Sample size by n = N / (1 + N e^2), the rule of Yamane that many official guides print as Slovin's.

    Parameters
    ----------
    population : float, >= 1
        Head count N.
    margin : float, 0..1
        Wanted margin e.
    response_rate : float, 0..1
        Share of those asked who are expected to answer; the rule itself supposes 1.

    Returns
    -------
    SampleSize

    Notes
    -----
    It is the rule of `sample_size_margin` with z = 2 (a level of 95.45 %), p = 0.5, deff = 1 and n0 / (1 + n0 / N)
    as finite population correction. So it supposes simple random sampling, one domain and that everyone answers;
    it is wrong for clusters (too small by the factor deff), for each of several agencies, and for means. It never
    gives more than 1 / e^2.

    References
    ----------
    .. [1] Yamane, T. (1967). Statistics: An Introductory Analysis, 2nd edition. Harper and Row.

    Examples
    --------
    >>> [yamane_sample_size(N, 0.05).respondents for N in (500, 1000, 10000)]
    [223, 286, 385]
    """
    _at_least_one("population", population)
    _inside("margin", margin, 0, 1)
    _check_shares(response_rate=response_rate)
    return _sized(1 / margin**2, population / (1 + population * margin**2), population, response_rate)


def margin_of_error(
    n: float, *, p: float = 0.5, level: float = 0.95, deff: float = 1.0, population: float | None = None
) -> float:
    r"""Margin of a proportion that n respondents give: the inverse of `sample_size_margin`.

    Parameters
    ----------
    n : float, >= 1
        Respondents in the domain.
    p, level, deff, population
        As in `sample_size_margin`.

    Returns
    -------
    float, 0 and above
        Half the width of the interval, as a share; 0 where everyone answers.

    Notes
    -----
    With n0 = n (N - 1) / (N - n) the size without end that is worth n of N, e = z sqrt(deff p (1 - p) / n0). Wrong
    near p = 0 and 1 with small n; the published interval is the Korn-Graubard one, which is wider.

    References
    ----------
    .. [1] Cochran, W. G. (1977). Sampling Techniques, 3rd edition. Wiley. Section 4.4.

    Examples
    --------
    >>> round(margin_of_error(385), 4), margin_of_error(400, population=400)
    (0.0499, 0.0)
    """
    _at_least_one("n", n)
    _inside("p", p, 0, 1)
    _check_shares(level=level)
    _positive(deff=deff)
    remaining = 1.0
    if population is not None:
        _at_least_one("population", population)
        if n > population:
            raise PlanningError(f"`n` can't exceed `population`; given: {n:g} of {population:g}.")
        remaining = (population - n) / (population - 1) if population > 1 else 0.0
    return _z(level) * math.sqrt(deff * p * (1 - p) / n * remaining)


def cluster_deff(per_cluster: float, rho: float, *, cv: float = 0.0) -> float:
    r"""Design effect of asking several people in each cluster.

    Parameters
    ----------
    per_cluster : float, >= 1
        Mean number m of respondents per cluster.
    rho : float, -1/(m - 1)..1
        Intraclass correlation of the figure.
    cv : float, >= 0
        Coefficient of variation of the number of respondents per cluster; 0 where all are equal.

    Returns
    -------
    float, >= 0

    Notes
    -----
    deff = 1 + ((1 + cv^2) m - 1) rho, which is 1 + (m - 1) rho for equal clusters. It leaves out stratification
    (which lowers it) and unequal weights (which multiply it by about 1 + cv_w^2). Wrong where rho comes from another
    item: it differs between items of one questionnaire.

    References
    ----------
    .. [1] Kish, L. (1965). Survey Sampling. Wiley. Section 5.4.
    .. [2] Eldridge, S. M., Ashby, D. and Kerry, S. (2006). Sample size for cluster randomized trials: effect of
       coefficient of variation of cluster size and analysis method. International Journal of Epidemiology 35,
       1292-1300.

    Examples
    --------
    >>> round(cluster_deff(20, 0.05), 4)
    1.95
    """
    _at_least_one("per_cluster", per_cluster)
    if not cv >= 0 or math.isinf(cv):
        raise PlanningError(f"`cv` must be 0 or more; given: {cv:g}.")
    lowest = -1 / (per_cluster - 1) if per_cluster > 1 else -1.0
    if not lowest <= rho <= 1:
        raise PlanningError(
            f"`rho` must lie between {lowest:g} and 1 with {per_cluster:g} per cluster; given: {rho:g}."
        )
    return max(0.0, 1 + ((1 + cv**2) * per_cluster - 1) * rho)


@dataclass(frozen=True)
class ChangePower:
    """Chance of finding a change: `std_error` is that of the difference, `power` the chance that the test rejects."""

    change: float
    std_error: float
    power: float


def sample_size_change(
    before: float,
    after: float,
    *,
    std_dev: float | None = None,
    level: float = 0.95,
    power: float = 0.8,
    deff: float = 1.0,
    overlap: float = 0.0,
    correlation: float = 0.0,
    response_rate: float = 1.0,
) -> SampleSize:
    r"""Respondents per wave that show a change between two waves of equal size.

    Parameters
    ----------
    before, after : float
        The two figures: proportions 0..1, or means in any unit if `std_dev` is given.
    std_dev : float, > 0, optional
        Standard deviation between people, in the unit of the means.
    level : float, 0..1
        1 less the significance level of the two-sided test.
    power : float, above (1 - level) / 2 and below 1
        Wanted chance of finding the change.
    deff : float, > 0
        Design effect of each wave.
    overlap : float, 0..1
        Share P of respondents (or PSUs) that the waves have in common.
    correlation : float, -1..1
        Correlation r of the two waves' values in what they have in common.
    response_rate : float, 0..1

    Returns
    -------
    SampleSize
        Per wave, without finite population correction.

    Notes
    -----
    n = (z_{1-a/2} + z_power)^2 deff (S1^2 + S2^2 - 2 P r S1 S2) / change^2, with S^2 = p (1 - p) for a proportion;
    for equal S the variance is 2 S^2 / n (1 - P r). The far tail of the test is left out, which matters only for a
    power near 1 - level. Wrong where r is that of people but the overlap only one of PSUs: r is then the far smaller
    correlation between neighbours.

    References
    ----------
    .. [1] Kish, L. (1965). Survey Sampling. Wiley. Section 12.4.
    .. [2] Cochran, W. G. (1977). Sampling Techniques, 3rd edition. Wiley. Section 12.11.

    Examples
    --------
    >>> sample_size_change(0.80, 0.85).respondents
    903
    >>> sample_size_change(0.80, 0.85, overlap=0.5, correlation=0.6).respondents
    634
    """
    _check_shares(level=level, response_rate=response_rate)
    variance = _variance_of_change(before, after, std_dev, deff, overlap, correlation)
    _inside("power", power, (1 - level) / 2, 1)
    if before == after:
        raise PlanningError(
            f"`before` and `after` must differ: no sample shows a change of 0; given: {before:g}."
        )
    exact = (_z(level) + float(special.ndtri(power))) ** 2 * variance / (after - before) ** 2
    return _sized(exact, exact, None, response_rate)


def power_of_change(
    n: float,
    before: float,
    after: float,
    *,
    std_dev: float | None = None,
    level: float = 0.95,
    deff: float = 1.0,
    overlap: float = 0.0,
    correlation: float = 0.0,
) -> ChangePower:
    r"""Chance that two waves of n respondents each show a given change.

    Parameters
    ----------
    n : float, >= 1
        Respondents per wave.
    before, after, std_dev, level, deff, overlap, correlation
        As in `sample_size_change`.

    Returns
    -------
    ChangePower

    Notes
    -----
    SE^2 = deff (S1^2 + S2^2 - 2 P r S1 S2) / n; power = Phi(|change| / SE - z) + Phi(-|change| / SE - z), so that no
    change is found with a chance of 1 - level. Normal quantiles: too favourable with few PSUs.

    References
    ----------
    .. [1] Kish, L. (1965). Survey Sampling. Wiley. Section 12.4.

    Examples
    --------
    >>> round(power_of_change(903, 0.80, 0.85).power, 3)
    0.8
    """
    _at_least_one("n", n)
    _check_shares(level=level)
    change = after - before
    std_error = math.sqrt(_variance_of_change(before, after, std_dev, deff, overlap, correlation) / n)
    z = _z(level)
    if std_error == 0:
        return ChangePower(change, 0.0, 1.0 if change else 0.0)
    distance = abs(change) / std_error
    return ChangePower(change, std_error, float(special.ndtr(distance - z) + special.ndtr(-distance - z)))


def _variance_of_change(
    before: float, after: float, std_dev: float | None, deff: float, overlap: float, correlation: float
) -> float:
    """Variance of the difference, times n."""
    _positive(deff=deff)
    if not 0 <= overlap <= 1:
        raise PlanningError(f"`overlap` must be a share, 0 to 1; given: {overlap:g}.")
    if not -1 <= correlation <= 1:
        raise PlanningError(f"`correlation` must lie between -1 and 1; given: {correlation:g}.")
    if std_dev is not None:
        _positive(std_dev=std_dev)
        if not (math.isfinite(before) and math.isfinite(after)):
            raise PlanningError(f"`before` and `after` must be numbers; given: {before:g} and {after:g}.")
        first = second = std_dev
    else:
        for name, p in (("before", before), ("after", after)):
            if not 0 <= p <= 1:
                raise PlanningError(
                    f"`{name}` must be a proportion, 0 to 1, unless `std_dev` is given; given: {p:g}."
                )
        first, second = math.sqrt(before * (1 - before)), math.sqrt(after * (1 - after))
    return deff * max(0.0, first**2 + second**2 - 2 * overlap * correlation * first * second)


def _sized(unlimited: float, exact: float, population: float | None, response_rate: float) -> SampleSize:
    respondents = max(1, math.ceil(exact - HAIR))
    invitations = max(respondents, math.ceil(respondents / response_rate - HAIR))
    return SampleSize(
        unlimited, exact, respondents, invitations, population is None or invitations <= population
    )


def _z(level: float) -> float:
    return float(special.ndtri((1 + level) / 2))


def _inside(name: str, value: float, low: float, high: float) -> None:
    if not low < value < high:
        raise PlanningError(f"`{name}` must lie between {low:g} and {high:g}; given: {value:g}.")


def _check_shares(**shares: float) -> None:
    for name, value in shares.items():
        # A level of 1 has no finite margin; everyone may answer.
        if not (0 < value < 1 or (value == 1 and name == "response_rate")):
            raise PlanningError(f"`{name}` must be a share between 0 and 1; given: {value:g}.")


def _positive(**values: float) -> None:
    for name, value in values.items():
        if not (value > 0 and math.isfinite(value)):
            raise PlanningError(f"`{name}` must be a positive number; given: {value:g}.")


def _at_least_one(name: str, value: float) -> None:
    if not (value >= 1 and math.isfinite(value)):
        raise PlanningError(f"`{name}` must be at least 1; given: {value:g}.")
