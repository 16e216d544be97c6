"""Runs: a frozen wave is scored into a folder of its own, where a second person looks at it (`approving`).

What is estimated is fixed by the hash of its manifest, so that what is approved is what was looked at. A correction of
what was released is another run, and says what changed and why.
"""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from flask import current_app
from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from app import clock
from app.extensions import db, transaction
from app.models import EstimationRun, Release, Wave
from app.queries.retention import destroyed_on
from app.services import audit, manifests, snapshots
from app.services.assembly.results import Scored
from app.services.collecting import Asked, NotEstimated, collect, with_comments
from app.services.errors import ServiceError
from app.services.estimation import write_both, write_workbooks
from app.services.manifests import BY_ANOTHER, BY_NOBODY_ELSE, ReleasedFile
from app.services.release_inputs import INPUTS, ReleaseInputs, scored_with

RESULTS, WORKBOOKS = "results.json", "workbooks"
FOLDER = "runs"
LEFT_OVER = 24 * 3600.0  # seconds after which the folder of a run that was never finished is cleared away

# Marks a sentence for the catalogue; it is translated where it is said.
_ = str

Progress = Callable[[int, int], None]


class NotFrozen(ServiceError):
    """The wave has no snapshot to score."""

    def __init__(self, wave: Wave):
        super().__init__(f"Wave {wave.code} has no snapshot; close it and freeze its answers first.")
        self.wave = wave


def estimate(
    wave: Wave,
    asked: Asked,
    by: int | None,
    *,
    folder: Path | None = None,
    progress: Progress = lambda done, total: None,
) -> EstimationRun:
    """Score the wave's snapshot over its agency tree, write results and workbooks, and record them as a run.

    `by` is the account that asks for it; None: somebody alone at the command line, whose run nobody else approves.
    Files go into `folder`, or one of their own in the instance. An anonymous wave is solved as a fixed set of tables,
    together with what its earlier releases showed.

    Raises NotFrozen, NotEstimated, Destroyed, FileRefused where the snapshot cannot be scored, and EarlierReleaseGone;
    then nothing is recorded and nothing remains.
    """
    snapshot = snapshots.path_of(wave)
    if snapshot is None:
        raise NotFrozen(wave)
    if not snapshots.verify(snapshot, wave.snapshot_sha256):
        raise NotEstimated(
            _("The snapshot %(name)s says something else than when it was frozen; restore it from a backup."),
            name=snapshot.name,
        )
    inputs = collect(wave, asked)
    instance = Path(current_app.instance_path)
    home = instance / FOLDER
    own = folder is None
    if folder is None:
        _clear_left_over(home, wave)
        folder = home / f"{wave.survey.code}-{wave.code}-{secrets.token_hex(4)}"
    try:
        scored = scored_with(inputs, snapshot)
        inputs = with_comments(inputs, wave, scored)
        files = _write(scored, inputs, folder, progress)
        manifest = manifests.write(folder, inputs, files, BY_NOBODY_ELSE if by is None else BY_ANOTHER)
        # The snapshot that was scored: the wave may have a further one by now.
        places = {"folder": str(folder.relative_to(instance)), "snapshot_path": snapshot.name}
        return _record(wave, asked, inputs, files, manifest, by, places)
    except OSError as error:
        _forget(folder, own)
        raise NotEstimated(
            _("The files of the run cannot be written (%(why)s); nothing was recorded."),
            why=error.strerror or error,
        ) from error
    except BaseException:
        _forget(folder, own)
        raise


def folder_of(run: EstimationRun | Release) -> Path:
    """Where the files of a run or of a release lie."""
    return Path(current_app.instance_path, run.folder)


def name_of(run: EstimationRun) -> str:
    """A run in one word, as the audit log calls it."""
    return f"{run.wave.survey.code}/{run.wave.code} run {run.number}"


def workbook_folder(languages: Sequence[str], language: str) -> str:
    """The folder of the workbooks in one language; that of the first language is plain."""
    return WORKBOOKS if language == languages[0] else f"{WORKBOOKS}-{language}"


def _write(scored: Scored, inputs: ReleaseInputs, folder: Path, progress: Progress) -> list[ReleasedFile]:
    """Results, inputs and the workbooks in every language."""
    total = len(scored.domains) * len(inputs.languages)
    done = 0

    def another(_path: Path) -> None:
        nonlocal done
        done += 1
        progress(done, total)

    progress(0, total)
    first, *further = inputs.languages
    books = {first: write_both(scored, folder / RESULTS, inputs.context(first), folder / WORKBOOKS, another)}
    for language in further:
        into = folder / workbook_folder(inputs.languages, language)
        books[language] = write_workbooks(scored, inputs.context(language), into, another)
    # What a broken-off attempt left behind is no part of this run.
    for stale in set(folder.glob(f"{WORKBOOKS}*/*.xlsx*")) - {
        path for found in books.values() for path in found
    }:
        stale.unlink()
    (folder / INPUTS).write_text(inputs.text, encoding="utf-8")
    beside = [folder / name for name in (RESULTS, *sorted(scored.beside), INPUTS)]
    return [manifests.file_of(folder, path) for path in beside] + [
        manifests.file_of(folder, path, domain=domain, label=label, language=language)
        for language, paths in books.items()
        for path, (domain, label) in zip(paths, _labels(scored, inputs, language), strict=True)
    ]


def _labels(scored: Scored, inputs: ReleaseInputs, language: str) -> Iterable[tuple[str | None, str]]:
    context = inputs.context(language)
    for _by, domain in scored.domains:
        yield domain, context.domain_names.get(domain, domain) if domain else context.whole_name


def _record(
    wave: Wave,
    asked: Asked,
    inputs: ReleaseInputs,
    files: Sequence[ReleasedFile],
    manifest: str,
    by: int | None,
    places: Mapping[str, str],
) -> EstimationRun:
    hashes = inputs.hashes()
    with transaction() as session:
        lock(session, wave)
        if on := destroyed_on(wave):
            raise snapshots.Destroyed(wave, on)
        last = session.scalar(select(func.max(EstimationRun.number)).where(EstimationRun.wave_id == wave.id))
        run = EstimationRun(
            wave=wave,
            number=(last or 0) + 1,
            state="estimated",
            **places,
            parameters={
                "release": inputs.number,
                "languages": list(inputs.languages),
                "organisation": inputs.organisation,
                "lonely_psu": asked.lonely_psu,
                "manifest_sha256": manifest,
                "inputs_sha256": hashes["inputs_sha256"],
            },
            published_on=inputs.published_on,
            results_sha256=next(one.sha256 for one in files if one.path == RESULTS),
            snapshot_sha256=inputs.snapshot_sha256,
            instrument_sha256=hashes["instrument_sha256"],
            design_sha256=hashes["design_sha256"],
            options_sha256=hashes["options_sha256"],
            code_version=hashes["code_version"],
            changes=inputs.changes,
            reason=inputs.reason,
            made_by_id=by,
            made_at=clock.now(),
        )
        session.add(run)
        audit.record(session, "run.estimated", name_of(run), manifest=manifest, release=inputs.number)
        return run


def _forget(folder: Path, own: bool) -> None:
    if own:
        shutil.rmtree(folder, ignore_errors=True)


def lock(session: Session, wave: Wave) -> None:
    """Of two who decide at once, one waits for the other; SQLite has one writer anyway."""
    session.execute(select(Wave.id).where(Wave.id == wave.id).with_for_update())


def _clear_left_over(home: Path, wave: Wave) -> None:
    """What estimations of this wave left that were killed half-way, and rejections that were, after a day.

    Codes hold hyphens, so that a folder called so may be another wave's: no run or release of any wave is touched.
    """
    kept = union_all(
        select(EstimationRun.folder).where(EstimationRun.state != "rejected"), select(Release.folder)
    )
    known = {Path(folder).name for folder in db.session.scalars(kept)}
    for found in home.glob(f"{wave.survey.code}-{wave.code}-????????/"):
        with suppress(OSError):
            if found.name not in known and time.time() - found.stat().st_mtime > LEFT_OVER:
                shutil.rmtree(found, ignore_errors=True)
