"""The rows of a calibrated run, from which its variances are made: see `scoring.calibrated`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring import Estimates, Plan, SurveyDesign, Totals, estimate
from scoring.calibrated import calibrated_estimate, calibrated_joint
from scoring.covariance import Figure, Joint
from scoring.weighting import Weighted

from .inputs import ScoringInputs


@dataclass(frozen=True, eq=False)
class CalibratedRows:
    """Answers of the scored variables, int array (items, n), beside the plan, the design and the weighting's steps."""

    plan: Plan
    design: SurveyDesign
    answers: NDArray[np.integer]
    steps: tuple[Weighted, ...]

    def joint(self, figures: Sequence[Figure]) -> Joint:
        """Joint covariance of figures of the run."""
        return calibrated_joint(figures, self.plan, self.design, self.answers, self.steps)


def calibrated_rows(inputs: ScoringInputs, plan: Plan, answers: NDArray[np.integer]) -> CalibratedRows | None:
    """The rows of a run with a weighting; None for one without."""
    if inputs.weights is None:
        return None
    return CalibratedRows(plan, inputs.design, answers, inputs.weights.steps)


def estimated(
    totals: Totals, plan: Plan, design: SurveyDesign, rows: CalibratedRows | None, wave_kind: str
) -> Estimates:
    """All figures of one partition, from residuals where the run has a weighting."""
    if rows is None:
        return estimate(totals, plan, design, wave_kind=wave_kind)
    return calibrated_estimate(totals, plan, design, rows.answers, rows.steps, wave_kind=wave_kind)
