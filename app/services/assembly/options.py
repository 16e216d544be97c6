"""How a run of scoring was asked for. Frozen with the results: the same options and inputs give the same bytes."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from .requests.keys import Requests

WaveKind = Literal["probability", "census", "volunteer"]

CROSSING = "*"  # between the columns of a crossing, as in `province*sex`
JOINT = "|"  # between the codes of its domains, as in `31|female`


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoringOptions:
    """Columns and rules of a run; columns are named as in the file of responses, in NFC.

    `by` holds domain columns, or crossings `A*B`. `wave_kind` None takes the default of CONTRACTS 4:
    probability if any of weight, stratum, cluster, fpc is given, else volunteer. Raises ValueError for a `by`
    that lacks a column or stands twice. `requests` is what an options file asks for beyond flags.
    """

    by: tuple[str, ...] = ()
    weight: str | None = None
    stratum: str | None = None
    cluster: tuple[str, ...] = ()
    fpc: tuple[str, ...] = ()
    lonely_psu: str = "fail"
    wave_kind: WaveKind | None = None
    level: float = 0.95
    threshold: int = 10
    unknown_codes: Literal["stop", "missing"] = "stop"
    engine: str = "arrays"
    compare: bool = False
    pairs: Literal["index", "all"] = "index"
    adjust: Literal["holm", "bh", "none"] = "holm"
    ranks: bool = False
    requests: Requests | None = None

    def __post_init__(self) -> None:
        for name in ("weight", "stratum"):
            object.__setattr__(self, name, _column(getattr(self, name) or "") or None)
        for name in ("cluster", "fpc"):
            object.__setattr__(self, name, tuple(map(_column, getattr(self, name))))
        by = tuple(CROSSING.join(map(_column, one.split(CROSSING))) for one in self.by)
        object.__setattr__(self, "by", by)
        seen: dict[frozenset[str], str] = {}
        for by, columns in self.domain_columns.items():
            if "" in columns or len(set(columns)) < len(columns):
                raise ValueError(
                    f"--by {by!r} must name a column, or different ones with {CROSSING} between them."
                )
            seen[frozenset(columns)] = by
        if len(seen) < len(self.by):
            raise ValueError(f"--by asks for the same domains twice ({', '.join(self.by)}); name each once.")

    @property
    def domain_columns(self) -> dict[str, tuple[str, ...]]:
        """The columns of each `by`."""
        return {by: tuple(by.split(CROSSING)) for by in self.by}

    @property
    def design_columns(self) -> tuple[tuple[str, str], ...]:
        """The columns of the design with what each is: (`weight`, its column) and so on."""
        parts = (("weight", self.weight), ("stratum", self.stratum))
        stages = [(part, column) for part in ("cluster", "fpc") for column in getattr(self, part)]
        return (*((part, column) for part, column in parts if column), *stages)

    @property
    def designed(self) -> bool:
        """Whether any part of a sampling design was given."""
        return bool(self.design_columns)

    @property
    def keeps_totals(self) -> bool:
        """Whether figures are set beside each other, which takes their totals."""
        asked = self.requests
        return self.compare or self.ranks or bool(asked and (asked.contrasts or asked.trend))

    @property
    def effective_wave_kind(self) -> WaveKind:
        return self.wave_kind or ("probability" if self.designed else "volunteer")

    def design(self) -> dict[str, Any]:
        """The part that is the design, as written in the results and hashed."""
        plan = {key: self.document()[key] for key in ("weight", "stratum", "cluster", "fpc", "lonely_psu")}
        weighting = self.requests and self.requests.weighting
        return plan | {"weighting": weighting.document()} if weighting else plan

    def document(self) -> dict[str, Any]:
        """All of it, ready for JSON."""
        asked = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "requests"}
        asked |= {"wave_kind": self.effective_wave_kind}
        return asked | {"requests": self.requests.document()} if self.requests else asked


def _column(name: str) -> str:
    return unicodedata.normalize("NFC", name.strip())
