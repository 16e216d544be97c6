"""Figures of staff: everyone was asked, and how many they are is known from head counts."""

from __future__ import annotations

import numpy as np

from scoring import Estimates, Partition, Plan, SurveyDesign, Totals, estimate

from .staff import StaffRelease
from .tableset import asked_in


def staff_estimated(
    totals: Totals,
    plan: Plan,
    design: SurveyDesign,
    partition: Partition | None = None,
    staff: StaffRelease | None = None,
) -> Estimates:
    """All figures of one partition: with a margin for its branches, or, without one, as of an endless group.

    The standard errors of the latter are s / sqrt(n), s with n below: what a test between groups takes.
    """
    asked = np.full(totals.n_domains, np.inf)
    if partition is not None and staff is not None:
        asked = asked_in([partition], staff)
    return estimate(totals, plan, design, wave_kind="census", head_count=asked)
