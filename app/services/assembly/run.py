"""One run of scoring: file, instrument and options in, records out."""

from __future__ import annotations

from collections.abc import Mapping

from app.services.files import FileRefused, ResponseFile
from scoring import Estimates, Totals, engines, estimate
from scoring.errors import LonelyPSUError, ScoringError, some
from surveys.instrument import Instrument

from .comparisons import Compared
from .counting import counted
from .hiding import hidden
from .inputs import Branches, scoring_inputs
from .labels import domain_label
from .measures import measured_plan, scored_variables
from .options import ScoringOptions
from .records import records
from .results import Scored


def score(
    file: ResponseFile,
    instrument: Instrument,
    options: ScoringOptions,
    *,
    branches: Branches | None = None,
    domain_names: Mapping[str, str] | None = None,
    snapshot_sha256: str | None = None,
) -> Scored:
    """Score the responses of a file.

    `domain_names` labels domains by code. `snapshot_sha256` is the hash of the snapshot that the file holds; the
    hash of the file's bytes where the file is no snapshot. Raises `FileRefused`, one sentence per problem, for
    input that cannot be scored.
    """
    language, names = instrument.languages[0], domain_names or {}
    if (options.compare or options.ranks) and options.effective_wave_kind != "probability":
        raise FileRefused(
            f"--compare and --ranks need a probability wave; this one is {options.effective_wave_kind}, which has no"
            " significance. Leave them out, or give the design."
        )
    try:
        inputs = scoring_inputs(file, instrument, options, branches)
        scored = scored_variables(instrument, inputs.variables)
        prepared = measured_plan(instrument, tuple(inputs.variables[k] for k in scored))
        make_totals = engines.load(options.engine)
        estimates: list[Estimates] = []
        totals: list[Totals] = []
        for partition in inputs.partitions:
            each = make_totals(inputs.answers[scored], prepared.plan, inputs.design, partition)
            estimates.append(
                estimate(each, prepared.plan, inputs.design, wave_kind=options.effective_wave_kind)
            )
            # Kept only for comparisons: of thousands of agencies they fill hundreds of megabytes.
            if options.compare or options.ranks:
                totals.append(each)
    except LonelyPSUError as error:
        raise FileRefused(
            f"{file.path}: {some(error.strata)}: {'a stratum' if len(error.strata) == 1 else 'strata'} with only"
            " one PSU, whose variance cannot be estimated; name a rule with --lonely-psu, or join strata."
        ) from error
    except ScoringError as error:
        raise FileRefused(f"{file.path}: {error}") from error
    counts = tuple(counted(inputs, partition) for partition in inputs.partitions)
    unshown = hidden(inputs, counts, estimates, options.threshold)
    found = records(
        inputs.partitions,
        prepared,
        estimates,
        unshown,
        options,
        lambda by, domain: domain_label(instrument, by, domain, language, names),
    )
    compared = Compared(
        plan=prepared.plan,
        design=inputs.design,
        measured=prepared.measured,
        partitions=inputs.partitions,
        totals=totals,
        records=found,
        families=inputs.families,
        options=options,
    )
    try:
        comparisons = tuple(compared.comparisons()) if options.compare else None
        ranks = tuple(compared.ranks()) if options.ranks else None
    except ScoringError as error:
        raise FileRefused(f"{file.path}: {error}") from error
    return Scored(
        instrument=instrument,
        options=options,
        inputs=inputs,
        measured=prepared.measured,
        counted=counts,
        hidden=unshown,
        records=tuple(found),
        snapshot_sha256=snapshot_sha256 or file.sha256(),
        comparisons=comparisons,
        ranks=ranks,
    )
