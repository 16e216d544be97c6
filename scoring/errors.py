"""Why a design or an estimate is refused. Each error says what is wrong, where, and what to do."""

from __future__ import annotations

from collections.abc import Sequence


class ScoringError(ValueError):
    """Base of everything `scoring` refuses."""


class DesignError(ScoringError):
    """Weights, strata, clusters or population counts that no design can have."""


class LonelyPSUError(DesignError):
    """A stratum with one sampled PSU, while no rule says how to treat it. `strata` holds their labels."""

    def __init__(self, strata: Sequence[str]):
        self.strata = tuple(strata)
        super().__init__(
            f"{_count(len(self.strata), 'stratum has', 'strata have')} only one PSU ({some(self.strata)}), so the"
            " variance inside cannot be estimated: name a rule with `lonely_psu` (adjust, average, certainty or"
            " remove), or join strata."
        )


class LonelyUnitError(LonelyPSUError):
    """A later stage with one sampled unit out of more. `strata` holds the labels of the PSUs."""

    def __init__(self, psus: Sequence[str], stage: int):
        self.strata = tuple(psus)
        ScoringError.__init__(
            self,
            f"{_count(len(self.strata), 'PSU has', 'PSUs have')} only one sampled unit at stage {stage}"
            f" ({some(self.strata)}), so the variance inside cannot be estimated: name a rule with `lonely_psu`"
            " (adjust, certainty or remove; average is for strata), or leave the counts of that stage out.",
        )


class OverlapError(ScoringError):
    """Two domains that share some rows, none within the other, where their covariance needs the rows they share."""


class PlanError(ScoringError):
    """An index tree that cannot be computed."""


class BreakError(ScoringError):
    """Two waves that can't be compared: the method changed between them."""


def some(values: Sequence[object], limit: int = 5) -> str:
    """At most `limit` of the values, and how many more there are."""
    shown = ", ".join(str(value) for value in values[:limit])
    return shown if len(values) <= limit else f"{shown} and {len(values) - limit} more"


def _count(n: int, one: str, many: str) -> str:
    return f"{n} {one if n == 1 else many}"
