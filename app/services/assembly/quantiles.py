"""Quantiles of people's scores on a composite, or of a number item: `[[quantiles]]` of an options file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from app.services.files import FileRefused
from scoring import Partition
from scoring.calibrated import residuals
from scoring.covariance import NOISE
from scoring.influence import linearised_variance
from scoring.quantiles import quantiles as weighted_quantiles
from scoring.respondent_scores import node_scores

from .records import SMALL
from .requests.keys import Quantiles
from .rounding import published

if TYPE_CHECKING:
    from .requested import Run

NUMBERS = ("value", "low", "high", "n", "df")


@dataclass(frozen=True, eq=False)
class Scale:
    """What is measured of each row: `of` its name, `y` float array (n,), NaN where a row has none.

    `hidden`, bool array over the domains of the run in their order: where even the number of rows may not be shown.
    """

    of: str
    y: NDArray[np.float64]
    hidden: NDArray[np.bool_]


def quantiles(run: Run, asked: Iterable[Quantiles]) -> list[dict[str, Any]]:
    """Every quantile in every domain; raises `FileRefused` for what has no quantiles."""
    return [one for each in asked for one in _of(run, _scale(run, each.of), each.probabilities)]


def _scale(run: Run, of: str) -> Scale:
    paths = {node.path: k for k, node in enumerate(run.plan.nodes)}
    composites = {run.plan.nodes[k].path: c for c, k in enumerate(run.plan.composites)}
    if of in composites:
        estimate = len(run.plan.pairs) + paths[of]
        scores = node_scores(run.plan, run.answers)[1][composites[of]]
        return Scale(of, scores, run.hidden.estimates[:, estimate])
    numbers = {one.item.code: v for v, one in enumerate(run.inputs.variables) if one.item.type == "number"}
    if of in numbers:
        v = numbers[of]
        answered = run.inputs.answers[v] == 0
        return Scale(of, run.file.numbers_where(of, answered), run.hidden.variables[:, v])
    known = ", ".join([*composites, *numbers]) or "none in this instrument"
    raise FileRefused(
        f"quantiles: {of!r} has none: they are of people's scores on a respondent_mean index or node, or of a number"
        f" item with its column; here {known}."
    )


def _of(run: Run, scale: Scale, probabilities: tuple[float, ...]) -> Iterator[dict[str, Any]]:
    """One partition after the other, each domain by itself: a table of rows by domains could be too large."""
    starts = [0, *accumulate(len(one.domains) for one in run.inputs.partitions)]
    labels = {(one.by, one.domain): one.label for one in run.records}
    for place, partition in enumerate(run.inputs.partitions):
        for d, domain in enumerate(partition.domains):
            inside = partition.row_domain == d
            address = {"of": scale.of, "by": partition.by, "domain": domain}
            address["label"] = labels[partition.by, domain]
            yield from (
                address | one
                for one in _one_domain(run, scale, inside, probabilities, scale.hidden[starts[place] + d])
            )


def _one_domain(
    run: Run, scale: Scale, inside: NDArray[np.bool_], probabilities: tuple[float, ...], hidden: bool
) -> Iterator[dict[str, Any]]:
    n, threshold = int(np.count_nonzero(inside & ~np.isnan(scale.y))), run.options.threshold
    # A quantile is one person's value: enough others must lie on either side of it.
    told = [not hidden and n * min(p, 1 - p) >= threshold and n > 0 for p in probabilities]
    shown: dict[float, dict[str, Any]] = {}
    asked = [p for p, is_told in zip(probabilities, told, strict=True) if is_told]
    if asked:
        shown = dict(zip(asked, _shown(run, scale, inside, asked), strict=True))
    flag = "undefined" if n == 0 and not hidden and threshold == 0 else "suppressed"
    nothing = dict.fromkeys(NUMBERS) | {"interval_method": "none", "flag": flag}
    for p in probabilities:
        yield {"probability": published(p)} | shown.get(p, nothing)


def _shown(
    run: Run, scale: Scale, inside: NDArray[np.bool_], probabilities: list[float]
) -> Iterator[dict[str, Any]]:
    domain = Partition("domain", ("",), np.where(inside, 0, -1))
    found = weighted_quantiles(scale.y, run.inputs.design, probabilities, domains=domain)
    if run.inputs.weights is not None:
        found = replace(found, share_error=_calibrated_error(run, scale, inside, found))
    interval = found.confidence_interval(run.options.level)
    kind, n, df = run.options.effective_wave_kind, int(found.n[0]), int(found.df[0])
    for q in range(len(probabilities)):
        flags = ["small"] if n < SMALL else []
        flags += ["indicative"] if kind == "volunteer" else []
        flags += ["not_estimable"] if kind == "probability" and df == 0 else []
        sure = kind == "probability" and df > 0
        yield {
            "value": published(found.value[0, q]),
            "low": published(interval.low[0, q]) if sure else None,
            "high": published(interval.high[0, q]) if sure else None,
            "n": n,
            "df": df,
            "interval_method": str(interval.method[0, q]) if sure else "none",
            "flag": " ".join(flags) or None,
        }


def _calibrated_error(run: Run, scale: Scale, inside: NDArray[np.bool_], found: Any) -> NDArray[np.float64]:
    """Standard error of the shares at or below the quantiles, from residuals; shape (1, Q)."""
    design, rows = run.inputs.design, inside & ~np.isnan(scale.y)
    below = (scale.y[:, None] <= found.value) - found.share
    z = np.where(rows[:, None], design.w[:, None] * below / design.w[rows].sum(), 0.0)
    left = residuals(z, run.inputs.weights.steps)
    errors = np.array([[np.sqrt(linearised_variance(one, design, domain=inside)) for one in left.T]])
    # What is left of a share that the margins fix is rounding noise.
    errors[errors <= NOISE * found.share] = 0.0
    return np.where(np.isnan(found.share_error), np.nan, errors)
