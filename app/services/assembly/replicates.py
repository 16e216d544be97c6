"""Standard errors from replicate weights beside the linearised ones: `[replicates]` of an options file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from scoring.replicate_designs import brr, given, jackknife, rescaled_bootstrap
from scoring.replication import ReplicateWeights, plan_statistic, readjusted, variance

from .measures import recorded
from .requests.keys import Replicates
from .rounding import published

if TYPE_CHECKING:
    from .requested import Run


def replicates(run: Run, asked: Replicates) -> dict[str, Any]:
    """Both standard errors of every index and node that has one.

    In a run with a weighting every replicate is weighted anew. Raises `ReplicationError` for what the design or the
    replicates do not allow, `FileRefused` for columns that are no weights.
    """
    weights = _weights(run, asked)
    nodes = [(e, one) for e, one in recorded(run.measured) if one.kind != "item"]
    shown = _shown(run, [e for e, _ in nodes])
    statistics = [plan_statistic(run.answers, run.plan, one) for one in run.inputs.partitions]
    places = [e for e, _ in nodes]

    def figures(weight: NDArray[np.float64]) -> NDArray[np.float64]:
        # What is hidden or has no standard error is no figure here: a replicate may well leave it undefined.
        return np.where(shown, np.vstack([one(weight)[:, places] for one in statistics]), np.nan)

    found = variance(weights, figures, undefined=asked.undefined)
    return {
        "method": asked.method,
        "replicates": weights.n_replicates,
        "df": found.df,
        "centre": asked.centre,
        "dropped": len(found.dropped),
        "estimates": [
            {
                "by": record.by,
                "domain": record.domain,
                "node": record.node,
                "measure": record.measure,
                "value": record.value,
                "std_error": record.std_error,
                "replicate_std_error": published(found.std_error.flat[k]),
            }
            for k, record in enumerate(_node_records(run))
            if shown.flat[k]
        ],
    }


def _node_records(run: Run) -> list[Any]:
    """Records of indices and nodes, domain by domain."""
    return [record for record in run.records if record.kind != "item"]


def _shown(run: Run, places: list[int]) -> NDArray[np.bool_]:
    """Which figures have a standard error that is shown, shape (domains, nodes)."""
    return np.array([record.std_error is not None for record in _node_records(run)]).reshape(-1, len(places))


def _weights(run: Run, asked: Replicates) -> ReplicateWeights:
    mse = asked.centre == "estimate"
    base, weighting = run.inputs.base, run.inputs.weights
    if asked.method == "given":
        return _given(run, asked, mse)
    if asked.method in ("jk1", "jkn"):
        made = jackknife(base, "JK1" if asked.method == "jk1" else "JKn", mse=mse)
    elif asked.method == "bootstrap":
        made = rescaled_bootstrap(base, asked.replicates, asked.seed, mse=mse)
    else:
        made = brr(base, asked.rho or 0.0, mse=mse)
    return made if weighting is None else readjusted(made, weighting.adjust)


def _given(run: Run, asked: Replicates, mse: bool) -> ReplicateWeights:
    run.file.require(asked.columns, "for [replicates]")
    return given(
        run.inputs.design.w,
        np.column_stack([run.file.numbers(column) for column in asked.columns]),
        kind=asked.kind,
        combined=asked.combined,
        scale=asked.scale,
        rscales=asked.rscales,
        fay=asked.rho or 0.0,
        mse=mse,
    )
