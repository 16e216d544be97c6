"""Releasing: a frozen wave is scored over its agency tree, and every agency gets its workbook."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

from flask import current_app

from app.config import office_day
from app.extensions import transaction
from app.messages import translations
from app.models import Release, Wave
from app.queries.agencies import AgencyTree, get_tree
from app.queries.collectors import list_collectors
from app.queries.releases import count_releases
from app.queries.waves import instrument_of
from app.services import snapshots
from app.services.assembly.comparisons import MOST_PAIRED
from app.services.assembly.context import CardContext
from app.services.assembly.inputs import Branches
from app.services.assembly.options import ScoringOptions
from app.services.assembly.run import score
from app.services.errors import ServiceError
from app.services.estimation import write_both
from app.services.files import ResponseFile
from app.services.staff.tables import staff_release

AGENCY = "agency"  # the snapshot's column of agency codes
RESULTS, WORKBOOKS = "results.json", "workbooks"


class NotFrozen(ServiceError):
    """The wave has no snapshot to score."""

    def __init__(self, wave: Wave):
        super().__init__(f"Wave {wave.code} has no snapshot; close it and freeze its answers first.")
        self.wave = wave


def release(
    wave: Wave,
    *,
    published_on: date,
    language: str,
    organisation: str = "",
    lonely_psu: str = "fail",
    folder: Path | None = None,
    progress: Callable[[Path], None] = lambda path: None,
) -> Release:
    """Score the wave's snapshot, write results and workbooks, and record them as its next release.

    An anonymous wave is released as a fixed set of tables, solved together with what its earlier releases showed;
    `tables.json` and `units.json` then stand beside the results.

    `folder` (default: one of its own in the instance) receives `results.json` and `workbooks/`. Raises NotFrozen,
    FileRefused where the snapshot cannot be scored, and EarlierReleaseGone; then nothing is recorded.
    """
    snapshot = snapshots.path_of(wave)
    if snapshot is None:
        raise NotFrozen(wave)
    instance = Path(current_app.instance_path)
    number = count_releases(wave) + 1
    folder = folder or instance / "releases" / f"{wave.survey.code}-{wave.code}-{number}"
    tree = get_tree(wave.tree_date)
    names = domain_names(tree, language)
    staff = staff_release(wave, tree) if wave.anonymous else None
    with ResponseFile(snapshot) as file:
        scored = score(
            file,
            instrument_of(wave),
            options_of(wave, lonely_psu, tree),
            branches=Branches(
                AGENCY, {agency.code: tree.path(agency.code) for agency in tree.agencies}, staff
            ),
            domain_names=names,
            snapshot_sha256=wave.snapshot_sha256,
        )
    context = _context(wave, language, names, organisation, published_on)
    results = folder / RESULTS
    written = write_both(scored, results, context, folder / WORKBOOKS, progress)
    # What a broken-off attempt left behind is no part of this release.
    for stale in set((folder / WORKBOOKS).glob("*.xlsx")) - set(written):
        stale.unlink()
    with transaction() as session:
        found = Release(
            wave=wave,
            number=number,
            published_on=published_on,
            language=language,
            folder=str(folder.relative_to(instance)),
            results_sha256=hashlib.sha256(results.read_bytes()).hexdigest(),
            snapshot_sha256=scored.snapshot_sha256,
            code_version=scored.manifest["code_version"],
        )
        session.add(found)
        return found


def folder_of(found: Release) -> Path:
    """Where a release lies."""
    return Path(current_app.instance_path, found.folder)


def options_of(wave: Wave, lonely_psu: str = "fail", tree: AgencyTree | None = None) -> ScoringOptions:
    """The wave's settings, and the snapshot's design columns that its sampling plan fills.

    Agencies of a probability wave are compared and ranked where each level of the `tree` is small enough for every
    pair; without a tree they are not.
    """
    beside = wave.wave_kind == "probability" and tree is not None and _widest_level(tree) <= MOST_PAIRED
    points = [one.sample_point for one in list_collectors(wave) if one.sample_point is not None]
    return ScoringOptions(
        weight="weight" if points else None,
        stratum="stratum" if any(point.stratum is not None for point in points) else None,
        cluster=tuple(
            f"cluster_{k + 1}" for k in range(max((len(point.clusters) for point in points), default=0))
        ),
        fpc=tuple(f"fpc_{k + 1}" for k in range(max((len(point.fpc) for point in points), default=0))),
        lonely_psu=lonely_psu,
        wave_kind=wave.wave_kind,
        level=wave.level,
        threshold=wave.threshold,
        compare=beside,
        ranks=beside,
    )


def _widest_level(tree: AgencyTree) -> int:
    """How many agencies the fullest level of a tree has."""
    levels = Counter(len(tree.path(agency.code)) for agency in tree.agencies)
    return max(levels.values(), default=0)


def domain_names(tree: AgencyTree, language: str) -> dict[str, str]:
    """Names of the agencies as domains; `<code>#own` is the agency without what is below it."""
    own = translations(language).gettext("{name}, its own respondents")
    names = {agency.code: agency.label(language) for agency in tree.agencies}
    return names | {f"{code}#own": own.format(name=name) for code, name in names.items()}


def _context(
    wave: Wave, language: str, names: dict[str, str], organisation: str, published_on: date
) -> CardContext:
    _ = translations(language).gettext
    fieldwork = (
        (office_day(wave.opens_at), office_day(wave.closes_at)) if wave.opens_at and wave.closes_at else None
    )
    return CardContext(
        language=language,
        wave=wave.title.get(language) or next(iter(wave.title.values())),
        organisation=organisation,
        fieldwork=fieldwork,
        published=published_on,
        domain_names=names,
        by_names={AGENCY: _("Agency")},
        whole_name=_("All agencies"),
    )
