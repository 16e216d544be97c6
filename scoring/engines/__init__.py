"""Who makes the totals. An engine is a module with a function `totals`, loaded by name on use."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from scoring.errors import ScoringError
from scoring.totals import Totals

ENGINES = ("arrays", "duckdb")


def load(name: str) -> Callable[..., Totals]:
    """The `totals` function of the engine: (answers, plan, design, partition) -> Totals."""
    if name not in ENGINES:
        raise ScoringError(f"There is no engine {name!r}; choose {' or '.join(ENGINES)}.")
    return import_module(f"scoring.engines.{name}").totals
