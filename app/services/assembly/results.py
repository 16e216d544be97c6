"""The results document: one JSON with every estimate and all that it was made of (CONTRACTS 6)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

import numpy as np

from surveys import loading
from surveys.instrument import Instrument

from .comparisons import Comparison, Rank
from .counting import Counted
from .hiding import Hidden
from .inputs import ScoringInputs
from .measures import Measured
from .options import ScoringOptions
from .profiles import Against
from .reasons import flag_reason
from .records import Record
from .sensitivity import Sensitivity
from .tableset import TABLES, ReleaseTables
from .units import UNITS, UnitResults

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Scored:
    """One run of scoring: what went in, what came out. `counted` follow `inputs.partitions`.

    `blocks` are what an options file asked for, by their keys in the document and ready for it. `sensitivity` None:
    the file says nothing of quality flags. `tables` and `units` are there for staff whom nobody can trace. `profiles`
    None: nothing is compared.
    """

    instrument: Instrument
    options: ScoringOptions
    inputs: ScoringInputs
    measured: tuple[Measured, ...]
    counted: tuple[Counted, ...]
    hidden: Hidden
    records: tuple[Record, ...]
    snapshot_sha256: str
    comparisons: tuple[Comparison, ...] | None = None
    ranks: tuple[Rank, ...] | None = None
    blocks: Mapping[str, Any] = field(default_factory=dict)
    sensitivity: Sensitivity | None = None
    tables: ReleaseTables | None = None
    units: UnitResults | None = None
    profiles: tuple[Against, ...] | None = None

    @property
    def beside(self) -> dict[str, str]:
        """Text files that go beside the results document, by name."""
        weights = self.inputs.weights
        found = {weights.asked.weights: weights.csv()} if weights and weights.asked.weights else {}
        if self.tables is not None:
            found[TABLES] = self.tables.text
        if self.units is not None:
            found[UNITS] = self.units.text
        return found

    @property
    def domains(self) -> tuple[tuple[str | None, str | None], ...]:
        """(by, domain) of every domain in the order of the records, the whole first."""
        partitions = self.inputs.partitions
        return tuple((partition.by, domain) for partition in partitions for domain in partition.domains)

    @property
    def manifest(self) -> dict[str, str]:
        """The hash or version of each input, as it stands in the JSON and on the Manifest sheet."""
        return {
            "instrument": self.instrument.identity,
            "instrument_sha256": loading.sha256(self.instrument),
            "design_sha256": _sha256(self.options.design()),
            "options_sha256": _sha256(self.options.document()),
            "snapshot_sha256": self.snapshot_sha256,
            "code_version": version("hailong"),
        } | ({"tables_sha256": self.tables.sha256} if self.tables else {})


def results_document(scored: Scored) -> dict[str, Any]:
    """The document of a run, its keys in the order of the contract."""
    manifest, options = scored.manifest, scored.options
    asked = {"comparisons": scored.comparisons, "ranks": scored.ranks}
    return (
        {
            "schema": SCHEMA,
            "instrument": scored.instrument.code,
            "version": scored.instrument.version,
            "instrument_sha256": manifest["instrument_sha256"],
            "design_sha256": manifest["design_sha256"],
            "snapshot_sha256": manifest["snapshot_sha256"],
            "code_version": manifest["code_version"],
            "options": options.document(),
            "level": options.level,
            "wave_kind": options.effective_wave_kind,
            "counts": counts(scored),
            "estimates": [record.document(flag_reason(record, "en")) for record in scored.records],
        }
        | {name: [one.document() for one in found] for name, found in asked.items() if found is not None}
        | dict(scored.blocks)
    )


def counts(scored: Scored) -> dict[str, Any]:
    """Rows read, used and in no domain; missing answers of the whole by item and kind."""
    whole = scored.counted[0]
    missing: dict[str, dict[str, int]] = {}
    columns = zip(scored.inputs.variables, whole.counts, scored.hidden.variables[0], strict=True)
    for variable, count, is_hidden in columns:
        kinds: dict[str, int] = {}
        for state in range(variable.n_states):
            kind = variable.missing_kind(state)
            if kind and count[0, state]:
                kinds[kind] = kinds.get(kind, 0) + int(count[0, state])
        # Beside the number of rows, the missing would give away how few answered.
        if kinds and not is_hidden:
            missing[variable.name] = kinds
    outside: dict[str, int] = {}
    silent = scored.inputs.partitions[0].outside
    for partition in scored.inputs.partitions[1:]:
        # A tree is one partition per level: what is in no domain is what the top level leaves out.
        left = partition.outside - silent
        outside[partition.by] = min(left, outside.get(partition.by, left))
    return {
        "rows_read": scored.inputs.n_rows,
        "rows_used": int(np.sum(whole.rows)),
        "rows_in_no_domain": outside,
        "missing": missing,
    }


def write_json(document: dict[str, Any]) -> str:
    """The document as text: the same document gives the same bytes."""
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _sha256(document: dict[str, Any]) -> str:
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
