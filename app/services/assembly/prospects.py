"""How exact a wave in the field is so far, and how exact it will be if it goes on like this."""

from __future__ import annotations

from dataclasses import dataclass

from scoring.planning import cluster_deff, margin_of_error

# A share near one half has the widest margin: whatever comes out, it is no wider.
P = 0.5
# How alike two people of one counter and day are, before the answers can say so: supposed, and named on the page.
RHO = 0.05


@dataclass(frozen=True, slots=True)
class Prospect:
    """Margins of a share, in percentage points, with what they suppose.

    `now` is for `n` answers, `at_close` for the `n_at_close` that the present pace leads to; None where there is no
    answer, no pace, or where the wave's kind has no margin. `deff` belongs to `now`, `deff_at_close` to the other.
    """

    n: int
    n_at_close: int | None
    now: float | None
    at_close: float | None
    deff: float
    deff_at_close: float | None
    level: float
    p: float = P
    rho: float = RHO


def prospect(
    n: int, n_at_close: int | None, *, clusters: int | None, level: float, has_margin: bool
) -> Prospect:
    """Margins for `n` answers from so many `clusters` (None: people were drawn one by one)."""
    now, deff = _margin(n, clusters, level)
    later, deff_later = _margin(n_at_close, clusters, level) if n_at_close else (None, None)
    if not has_margin:
        now = later = None
    return Prospect(n, n_at_close, now, later, deff or 1.0, deff_later, level)


def _margin(n: int, clusters: int | None, level: float) -> tuple[float | None, float | None]:
    if n < 1:
        return None, None
    deff = 1.0 if clusters is None else cluster_deff(max(1.0, n / max(1, clusters)), RHO)
    return 100 * min(1.0, margin_of_error(n, p=P, level=level, deff=deff)), deff
