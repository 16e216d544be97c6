"""The columns of a snapshot: the design's own, then one per item with its missing kind."""

from __future__ import annotations

import re
from dataclasses import dataclass

MISSING = "__missing"
FLAGS = "flags"


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of one snapshot: how many stages its design has, and its item columns in codebook order."""

    stages: int
    items: tuple[str, ...]

    @property
    def design(self) -> dict[str, str]:
        """Name and SQL type of the columns before the items."""
        clusters = {f"cluster_{stage}": "VARCHAR" for stage in range(1, self.stages + 1)}
        counts = {f"fpc_{stage}": "BIGINT" for stage in range(1, self.stages + 1)}
        return {
            **dict.fromkeys(("response_key", "agency", "collector", "stratum"), "VARCHAR"),
            **clusters,
            **counts,
            "weight": "DOUBLE",
            "mode": "VARCHAR",
            "language": "VARCHAR",
            "date": "DATE",
            # Words of `surveys.quality.FLAGS` in their order, joined by a blank; empty where there is none.
            FLAGS: "VARCHAR",
        }

    @property
    def columns(self) -> dict[str, str]:
        """Name and SQL type of every canonical column."""
        items = {name: "VARCHAR" for item in self.items for name in (item, item + MISSING)}
        return self.design | items


def is_design_column(name: str) -> bool:
    """Whether a snapshot, of whatever depth, has this column for its design, so that no item can be called so."""
    return name in Layout(0, ()).design or re.fullmatch(r"(cluster|fpc)_\d+", name) is not None
