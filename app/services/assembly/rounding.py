"""The one place where floats are rounded for publication."""

from __future__ import annotations

import math

DIGITS = 12


def published(value: float) -> float | None:
    """The value with 12 significant digits; None for a NaN."""
    value = float(value)
    return None if math.isnan(value) else float(f"{value:.{DIGITS}g}") + 0.0
