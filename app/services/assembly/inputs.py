"""From a file of responses to arrays for `scoring`: answer states, design and domains."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from app.services.files import FileRefused, ResponseFile
from scoring import Partition, SurveyDesign
from scoring.nesting import Family, families
from surveys.instrument import Instrument

from .asked import routed, steering_items
from .codes import answer_states
from .options import ScoringOptions
from .partitions import Branches, partitions_of
from .states import Variable, variables
from .weighting import RunWeights, run_weights

__all__ = ["Branches", "ScoringInputs", "scoring_inputs"]


@dataclass(frozen=True, slots=True)
class ScoringInputs:
    """What `scoring` takes. `answers` has shape (variables, rows); `partitions` begins with the whole.

    With `weights` the design holds their final weights; `base` is the design before them. A row that was asked and did
    not answer counts in the design and stands in no domain, not even in the whole.
    """

    variables: tuple[Variable, ...]
    answers: NDArray[np.intp]
    design: SurveyDesign
    partitions: tuple[Partition, ...]
    families: tuple[Family, ...]
    weights: RunWeights | None = None
    base: SurveyDesign | None = None

    @property
    def n_rows(self) -> int:
        return self.design.n_rows


def scoring_inputs(
    file: ResponseFile, instrument: Instrument, options: ScoringOptions, branches: Branches | None = None
) -> ScoringInputs:
    """Raises `FileRefused` for columns or codes that are wrong, one sentence per problem."""
    _require_columns(file, instrument, options, branches)
    columns = tuple(variable for variable in variables(instrument) if variable.name in file.columns)
    answers = answer_states(file, columns, options)
    partitions = partitions_of(file, options, branches)
    base = design = _design(file, options)
    weights = _weights(file, options, base)
    if weights is not None:
        design = replace(base, weight=weights.usable)
        partitions = tuple(_answered(partition, weights.columns.responded) for partition in partitions)
    return ScoringInputs(
        variables=columns,
        answers=routed(file, instrument, columns, answers),
        design=design,
        partitions=partitions,
        families=families(partitions),
        weights=weights,
        base=base,
    )


def _weights(file: ResponseFile, options: ScoringOptions, base: SurveyDesign) -> RunWeights | None:
    if options.requests is None or options.requests.weighting is None:
        return None
    return run_weights(file, options.requests.weighting, base.w, options.effective_wave_kind)


def _answered(partition: Partition, responded: NDArray[np.bool_]) -> Partition:
    """The partition of those who answered."""
    if responded.all():
        return partition
    return replace(partition, row_domain=np.where(responded, partition.row_domain, -1))


def _require_columns(
    file: ResponseFile, instrument: Instrument, options: ScoringOptions, branches: Branches | None
) -> None:
    """Items that are scored or steer others must be there, and every column that an option names."""
    steering = steering_items(instrument)
    scored = [
        variable.name
        for variable in variables(instrument)
        if variable.item.code in steering or (variable.item.role == "score" and not variable.is_open)
    ]
    wanted = [(scored, f"for instrument {instrument.identity}")]
    wanted += [(columns, f"for --by {by}") for by, columns in options.domain_columns.items()]
    wanted += [((column,), f"for --{part}") for part, column in options.design_columns]
    if branches:
        wanted.append(((branches.column,), "for the domains of the agency tree"))
    problems = []
    for columns, purpose in wanted:
        try:
            file.require(columns, purpose)
        except FileRefused as refused:
            problems.append(str(refused))
    if problems:
        raise FileRefused("\n".join(problems))


def _design(file: ResponseFile, options: ScoringOptions) -> SurveyDesign:
    return SurveyDesign(
        file.n_rows,
        weight=file.numbers(options.weight, positive=True) if options.weight else None,
        stratum=file.full_labels(options.stratum) if options.stratum else None,
        clusters=tuple(file.full_labels(column) for column in options.cluster),
        fpc=tuple(file.numbers(column, positive=True) for column in options.fpc),
        lonely_psu=options.lonely_psu,
    )
