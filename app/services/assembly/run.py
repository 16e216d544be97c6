"""One run of scoring: file, instrument and options in, records out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.services.files import FileRefused, ResponseFile
from scoring import Estimates, Totals, engines
from scoring.errors import LonelyPSUError, ScoringError, some
from surveys.instrument import Instrument

from .calibrated import calibrated_rows, estimated
from .comparisons import Compared
from .counting import counted
from .distribution import answer_shares
from .hiding import hidden
from .inputs import Branches, scoring_inputs
from .labels import domain_label
from .measures import measured_plan, scored_variables
from .options import ScoringOptions
from .profiles import profiles
from .records import records
from .requested import Run, blocks
from .results import Scored
from .sensitivity import sensitivity
from .staff_estimates import staff_estimated
from .tableset import release_tables
from .units import unit_results


def score(
    file: ResponseFile,
    instrument: Instrument,
    options: ScoringOptions,
    *,
    branches: Branches | None = None,
    domain_names: Mapping[str, str] | None = None,
    snapshot_sha256: str | None = None,
    folder: Path = Path(),
) -> Scored:
    """Score the responses of a file.

    `domain_names` labels domains by code. `snapshot_sha256` is the hash of the snapshot that the file holds; the
    hash of the file's bytes where the file is no snapshot. `folder` is where the file of `options.requests` stands.
    Raises `FileRefused`, one sentence per problem, for input that cannot be scored.
    """
    _refuse_tests(options)
    run = worked(
        file,
        instrument,
        options,
        branches=branches,
        domain_names=domain_names,
        snapshot_sha256=snapshot_sha256,
    )
    with _refused(file):
        comparisons = tuple(run.compared.comparisons()) if options.compare else None
        ranks = tuple(run.compared.ranks()) if options.ranks else None
        against = profiles(run) if options.compare else None
        found = blocks(run, folder, worked)
        if branches and not branches.staff:
            # For the pages of agencies; of staff nothing is shown that the table set of the release does not hold.
            found["answers"] = list(answer_shares(run.inputs, run.counted, run.hidden))
        beside = sensitivity(run)
    return Scored(
        instrument=instrument,
        options=options,
        inputs=run.inputs,
        measured=run.measured,
        counted=run.counted,
        hidden=run.hidden,
        records=run.records,
        snapshot_sha256=snapshot_sha256 or file.sha256(),
        comparisons=comparisons,
        ranks=ranks,
        blocks=found,
        sensitivity=beside,
        tables=run.tables,
        units=unit_results(run) if run.tables else None,
        profiles=against,
    )


def worked(
    file: ResponseFile,
    instrument: Instrument,
    options: ScoringOptions,
    *,
    branches: Branches | None = None,
    domain_names: Mapping[str, str] | None = None,
    snapshot_sha256: str | None = None,
) -> Run:
    """All that estimates need, and the estimates as records; raises `FileRefused`."""
    language, names = instrument.languages[0], domain_names or {}
    with _refused(file):
        inputs = scoring_inputs(file, instrument, options, branches)
        scored = scored_variables(instrument, inputs.variables)
        prepared = measured_plan(instrument, tuple(inputs.variables[k] for k in scored))
        make_totals = engines.load(options.engine)
        answers = inputs.answers[scored]
        rows = calibrated_rows(inputs, prepared.plan, answers)
        estimates: list[Estimates] = []
        totals: list[Totals] = []
        for partition in inputs.partitions:
            each = make_totals(answers, prepared.plan, inputs.design, partition)
            estimates.append(
                staff_estimated(each, prepared.plan, inputs.design, partition, branches.staff)
                if branches and branches.staff
                else estimated(each, prepared.plan, inputs.design, rows, options.effective_wave_kind)
            )
            # Kept only for comparisons: of thousands of agencies they fill hundreds of megabytes.
            if options.keeps_totals or (branches and branches.staff):
                totals.append(each)
    counts = tuple(counted(inputs, partition) for partition in inputs.partitions)
    unshown = hidden(inputs, counts, estimates, options.threshold, prepared.plan)
    tables = None
    if branches and branches.staff:
        with _refused(file):
            tables = release_tables(
                inputs,
                prepared,
                estimates,
                unshown,
                branches.staff,
                options.threshold,
                snapshot_sha256 or file.sha256(),
                lambda partition: staff_estimated(
                    make_totals(answers, prepared.plan, inputs.design, partition),
                    prepared.plan,
                    inputs.design,
                ),
            )
        unshown = tables.hidden
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
        rows=rows,
    )
    return Run(
        file=file,
        instrument=instrument,
        options=options,
        inputs=inputs,
        plan=prepared.plan,
        measured=prepared.measured,
        answers=answers,
        totals=tuple(totals),
        estimates=tuple(estimates),
        counted=counts,
        hidden=unshown,
        records=tuple(found),
        compared=compared,
        tables=tables,
    )


def _refuse_tests(options: ScoringOptions) -> None:
    """A wave that is no probability sample has no significance."""
    kind = options.effective_wave_kind
    if kind == "probability":
        return
    if options.compare or options.ranks:
        raise FileRefused(
            f"--compare and --ranks need a probability wave; this one is {kind}, which has no significance. Leave them"
            " out, or give the design."
        )
    asked: dict[str, Any] = options.requests.document() if options.requests else {}
    wrong = [key for key in ("replicates", "contrasts", "trend") if key in asked]
    if wrong:
        raise FileRefused(
            f"The options file asks for {', '.join(wrong)}, which need a probability wave; this one is {kind}. Leave"
            " them out, or give the design."
        )


@contextmanager
def _refused(file: ResponseFile) -> Iterator[None]:
    """What `scoring` refuses, as a refusal of the file."""
    try:
        yield
    except LonelyPSUError as error:
        raise FileRefused(
            f"{file.path}: {some(error.strata)}: {'a stratum' if len(error.strata) == 1 else 'strata'} with only"
            " one PSU, whose variance cannot be estimated; name a rule with --lonely-psu, or join strata."
        ) from error
    except ScoringError as error:
        raise FileRefused(f"{file.path}: {error}") from error
