"""Approving: a second person looks at a run and releases or rejects it; what is released never changes.

All files are hashed again before, so that what is signed is what was estimated. Of two who decide at once, one waits
for the other and is then told what became of the run.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.extensions import transaction
from app.models import Destruction, EstimationRun, Release, Wave
from app.queries.releases import count_releases
from app.queries.retention import destroyed_on
from app.queries.runs import find_release_of_run
from app.queries.users import find_user_by_id, list_grants
from app.rights import tops
from app.services import audit, manifests, signatures, signing, snapshots
from app.services.collecting import LONGEST
from app.services.runs import FOLDER, folder_of, lock, name_of
from app.services.signatures import SUFFIX, Statement
from app.services.spoken import SpokenError

# Marks a sentence for the catalogue; it is translated where it is said.
_ = str


class NotDecided(SpokenError):
    """A run cannot be released or rejected, or a release not be made public."""


def approve(run: EstimationRun, by: int | None) -> Release:
    """Release a run: sign its files, number it, and reject what else was estimated of the wave meanwhile.

    `by` None belongs to a run that somebody alone made at the command line, and to no other. Raises NotDecided,
    FilesChanged, KeyLost, NoKeyFolder; then nothing was released.
    """
    _refuse_approval(run, by)
    folder = folder_of(run)
    manifest = manifests.read(folder, run.parameters["manifest_sha256"])
    manifests.check(folder, manifest)
    key = signing.current_key()
    signed = _signatures(key, folder, manifest)
    written: list[Path] = []
    try:
        with transaction() as session:
            lock(session, run.wave)
            session.refresh(run)
            session.refresh(run.wave)  # as it is now that nobody else can change it
            _refuse_approval(run, by)
            for path, text in signed.items():
                written.append(path)
                path.write_text(text, encoding="utf-8")
            release = _released(session, run, manifest, key.key_id, by)
            superseded = _supersede(session, run, release, by)
    except OSError as error:
        _unlink(written)
        raise NotDecided(
            _("The signatures cannot be written (%(why)s); nothing was released."),
            why=error.strerror or error,
        ) from error
    except BaseException:
        _unlink(written)
        raise
    _make_read_only(folder, manifest)
    for one in superseded:
        _remove_files(one)
    return release


def reject(run: EstimationRun, by: int | None, remark: str) -> None:
    """Put a run aside, with the reason; its files are deleted, its record stays. Raises NotDecided."""
    remark = remark.strip()
    if not 1 <= len(remark) <= LONGEST:
        raise NotDecided(_("Write why the run is rejected, in at most %(most)s letters."), most=LONGEST)
    with transaction() as session:
        lock(session, run.wave)
        session.refresh(run)
        if run.state != "estimated":
            raise _decided(run)
        _decide(run, "rejected", by, remark)
        audit.record(session, "run.rejected", name_of(run), remark=remark)
    _remove_files(run)


def put_aside_destroyed() -> list[EstimationRun]:
    """Reject what was still estimated of waves whose raw answers are destroyed, for nobody can release it any more.

    The files go, the records stay; the runs that were put aside.
    """
    ended = select(Destruction.wave_id).where(Destruction.kind == "responses")
    waiting = select(EstimationRun).where(
        EstimationRun.state == "estimated", EstimationRun.wave_id.in_(ended)
    )
    with transaction() as session:
        waves = select(Wave).where(Wave.id.in_(waiting.with_only_columns(EstimationRun.wave_id)))
        for wave in session.scalars(waves.order_by(Wave.id)).all():
            lock(session, wave)
        found = list(
            session.scalars(waiting.order_by(EstimationRun.id).execution_options(populate_existing=True))
        )
        for one in found:
            _decide(one, "rejected", None, f"The raw answers were destroyed on {destroyed_on(one.wave)}.")
            audit.record(session, "run.rejected", name_of(one), remark=one.remark)
    for one in found:
        _remove_files(one)
    return found


def publish(release: Release) -> None:
    """Let everybody read a release without an account; it cannot be taken back, for what was seen was seen."""
    with transaction() as session:
        session.refresh(release)
        if release.public:
            raise NotDecided(_("Release %(number)s is public already."), number=release.number)
        release.public = True
        wave = release.wave
        audit.record(session, "release.published", f"{wave.survey.code}/{wave.code}/{release.number}")


def _refuse_approval(run: EstimationRun, by: int | None) -> None:
    if run.state != "estimated":
        raise _decided(run)
    if by is None and run.made_by_id is not None:
        raise NotDecided(_("Nobody is named who approves run %(number)s."), number=run.number)
    if by is not None:
        _refuse_person(run, by)
    wave = run.wave
    if on := destroyed_on(wave):
        raise snapshots.Destroyed(wave, on)
    expected = count_releases(wave) + 1
    if run.parameters["release"] != expected:
        raise NotDecided(
            _(
                "Run %(number)s was estimated before release %(last)s came out, and knows nothing of it; estimate"
                " again."
            ),
            number=run.number,
            last=expected - 1,
        )
    if run.snapshot_sha256 != wave.snapshot_sha256:
        raise NotDecided(
            _("Run %(number)s was made from another snapshot than the wave has now; estimate again."),
            number=run.number,
        )


def _refuse_person(run: EstimationRun, by: int) -> None:
    if run.made_by_id is None:
        raise NotDecided(
            _(
                "Run %(number)s was made by somebody alone at the command line; estimate again to have it approved."
            ),
            number=run.number,
        )
    if by == run.made_by_id:
        raise NotDecided(
            _("Whoever had run %(number)s estimated cannot approve it; another person must."),
            number=run.number,
        )
    user = find_user_by_id(by)
    if user is None or not user.active or tops(list_grants(user), "approve") is not None:
        raise NotDecided(_("A release is approved by somebody who may approve for the whole tree."))


def _decided(run: EstimationRun) -> NotDecided:
    if run.state == "released":
        release = find_release_of_run(run)
        return NotDecided(
            _("Run %(number)s is released already, as release %(release)s; a release never changes."),
            number=run.number,
            release=release.number if release else run.parameters["release"],
        )
    return NotDecided(_("Run %(number)s was rejected; estimate again."), number=run.number)


def _signatures(key: signing.SigningKey, folder: Path, manifest: Mapping[str, Any]) -> dict[Path, str]:
    """The signature files of every workbook and of the manifest, by path."""
    hashes = {one.path: one.sha256 for one in manifests.files_in(manifest) if one.path.endswith(".xlsx")} | {
        manifests.MANIFEST: manifests.file_of(folder, folder / manifests.MANIFEST).sha256
    }
    return {
        folder / f"{path}{SUFFIX}": signatures.sign(
            key.private,
            Statement(found, dict(manifest["release"]) | {"file": path}, manifest["inputs"], key.key_id),
        )
        for path, found in hashes.items()
    }


def _released(
    session: Session, run: EstimationRun, manifest: Mapping[str, Any], key_id: str, by: int | None
) -> Release:
    release = Release(
        wave=run.wave,
        number=run.parameters["release"],
        published_on=run.published_on,
        language=run.parameters["languages"][0],
        folder=run.folder,
        results_sha256=run.results_sha256,
        snapshot_sha256=run.snapshot_sha256,
        code_version=run.code_version,
        run=run,
        key_id=key_id,
    )
    session.add(release)
    _decide(run, "released", by, "")
    audit.record(
        session,
        "release.approved",
        f"{run.wave.survey.code}/{run.wave.code}/{release.number}",
        run=run.number,
        approved_by=manifest["approved_by"],
        manifest=run.parameters["manifest_sha256"],
        key=key_id,
    )
    return release


def _supersede(session: Session, run: EstimationRun, release: Release, by: int | None) -> list[EstimationRun]:
    """Other runs of the wave know nothing of this release, so that none of them can be released any more."""
    others = list(
        session.scalars(
            select(EstimationRun).where(
                EstimationRun.wave_id == run.wave_id,
                EstimationRun.id != run.id,
                EstimationRun.state == "estimated",
            )
        )
    )
    for one in others:
        _decide(one, "rejected", by, f"Release {release.number} came out of run {run.number}.")
        audit.record(session, "run.rejected", name_of(one), remark=one.remark)
    return others


def _decide(run: EstimationRun, state: str, by: int | None, remark: str) -> None:
    run.state, run.decided_by_id, run.decided_at, run.remark = state, by, clock.now(), remark


def _make_read_only(folder: Path, manifest: Mapping[str, Any]) -> None:
    names = [one.path for one in manifests.files_in(manifest)]
    signed = [f"{name}{SUFFIX}" for name in (*names, manifests.MANIFEST)]
    for name in (*names, manifests.MANIFEST, *signed):
        with suppress(FileNotFoundError):
            (folder / name).chmod(0o444)


def _remove_files(run: EstimationRun) -> None:
    """Figures that were not released are not kept: beside those that were, they could give somebody away."""
    folder = folder_of(run)
    with suppress(manifests.FilesChanged):
        manifests.remove(folder, manifests.read(folder, run.parameters["manifest_sha256"]))
    if folder.parent == Path(current_app.instance_path, FOLDER):
        shutil.rmtree(folder, ignore_errors=True)


def _unlink(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
