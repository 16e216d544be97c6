"""Respondent-level composites: one score per person and node (CONTRACTS 3, respondent_mean)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from scoring.plan import Node, Plan


def node_scores(
    plan: Plan, answers: NDArray[np.intp]
) -> tuple[list[NDArray[np.bool_]], list[NDArray[np.float64]]]:
    """For a block of rows: which rows count at each node, and the scores of the respondent_mean nodes.

    `answers` has shape (items, rows). The first list follows `plan.nodes`: rows with a valid answer below the
    node, or with a defined score where the node is a respondent_mean. The second follows `plan.composites`; a
    score is NaN where it is not defined.
    """
    defined: list[NDArray[np.bool_]] = []
    scores: list[NDArray[np.float64]] = []
    answered = [valid.take(states) for valid, states in zip(plan.valid_states, answers, strict=True)]
    for node in plan.nodes:
        if node.aggregate == "respondent_mean":
            score = _person_score(plan, node, answers)
            scores.append(score)
            defined.append(~np.isnan(score))
        else:
            valid = np.zeros(answers.shape[1], dtype=bool)
            for item in sorted({plan.pairs[pair].item for pair in node.leaves()}):
                valid |= answered[item]
            defined.append(valid)
    return defined, scores


def _person_score(plan: Plan, node: Node, answers: NDArray[np.intp]) -> NDArray[np.float64]:
    """Weighted mean of the person's defined parts; NaN where too few are defined."""
    if node.pairs:
        parts = np.stack([plan.pairs[k].scores[answers[plan.pairs[k].item]] for k in node.pairs])
        shares = np.ones(len(parts))
        # The tolerance keeps 0.56 of 25 items at 14, which the nearest floats make a hair more.
        needed = math.ceil(node.min_answered * len(parts) - 1e-9)
    else:
        parts = np.stack([_person_score(plan, child, answers) for child in node.children])
        shares = np.array([child.coefficient for child in node.children])
        needed = len(parts) if node.min_children is None else node.min_children
    valid = ~np.isnan(parts)
    enough = valid.sum(axis=0) >= max(needed, 1)
    share = shares @ valid
    total = shares @ np.where(valid, parts, 0.0)
    return np.divide(total, share, out=np.full(answers.shape[1], np.nan), where=enough)
