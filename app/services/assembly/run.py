"""One run of scoring: file, instrument and options in, records out."""

from __future__ import annotations

from collections.abc import Mapping

from app.services.files import FileRefused, ResponseFile
from scoring import engines, estimate
from scoring.errors import LonelyPSUError, ScoringError, some
from surveys.instrument import Instrument

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
    try:
        inputs = scoring_inputs(file, instrument, options, branches)
        scored = scored_variables(instrument, inputs.variables)
        prepared = measured_plan(instrument, tuple(inputs.variables[k] for k in scored))
        make_totals = engines.load(options.engine)
        # One partition's totals at a time: of thousands of agencies they fill hundreds of megabytes.
        estimates = [
            estimate(
                make_totals(inputs.answers[scored], prepared.plan, inputs.design, partition),
                prepared.plan,
                inputs.design,
                wave_kind=options.effective_wave_kind,
            )
            for partition in inputs.partitions
        ]
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
    return Scored(
        instrument=instrument,
        options=options,
        inputs=inputs,
        measured=prepared.measured,
        counted=counts,
        hidden=unshown,
        records=tuple(found),
        snapshot_sha256=snapshot_sha256 or file.sha256(),
    )
