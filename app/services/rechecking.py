"""Recomputing a whole release once per version of the program, so that any of its workbooks can be answered for.

A stranger who sends a workbook to the public page starts at most one such work per release and version, as a job; what
it found is kept in the instance and read from then on.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import select

from app.extensions import db
from app.models import Job, Release
from app.queries.releases import get_numbered_release
from app.services import recomputing, released_files, verifying
from app.services.files import FileRefused
from app.services.jobs import Progress, enqueue, kind
from app.services.release_inputs import scored_with, sha256_of, versions
from app.services.released_files import KnownRelease
from app.services.runs import RESULTS
from app.services.snapshot_file import SnapshotUnreadable
from app.services.verifying import Remark, Verdict

# Marks a sentence for the catalogue; it is translated where it is said.
_ = str

RECHECK = "recheck"
FOLDER = "rechecks"


@dataclass(frozen=True, slots=True)
class Recheck:
    """What came out. `books`: SHA-256 of each workbook made again, by path; empty where it could not be done.

    `same_versions`: by the program and libraries that made the release. `same_figures`: the estimates are those of its
    results document. `other_inputs` names inputs that are not those of the release.
    """

    same_versions: bool
    same_figures: bool
    books: dict[str, str]
    other_inputs: tuple[str, ...] = ()


def recheck(known: KnownRelease, progress: Any = lambda done, total: None) -> Recheck:
    """Recompute a release whose snapshot and inputs are at hand, and keep what came out."""
    found = _recheck(known, progress)
    path = _path(known.release)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(asdict(found)), encoding="utf-8")
    draft.replace(path)
    return found


def find(release: Release) -> Recheck | None:
    """What recomputing by this version of the program gave; None where nobody has done it yet."""
    try:
        found = json.loads(_path(release).read_text(encoding="utf-8"))
        return Recheck(**found | {"other_inputs": tuple(found["other_inputs"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def answered(found: Verdict) -> Verdict:
    """The verdict on an unchanged file of this house, with what recomputing its release gave, or that it goes on."""
    known, statement = found.known, found.statement
    if known is None or statement is None or found.state != "unchanged":
        return found
    kept = find(known.release)
    if kept is None and (known.destroyed_on is not None or known.snapshot is None):
        return verifying.recompute(found, b"")
    if kept is None:
        _ask(known.release)
        return found.but(
            Remark(
                "recomputing",
                _("Its figures are being recomputed from the snapshot; ask again in a few minutes."),
            )
        )
    if kept.other_inputs:
        return found.but(verifying.other_inputs(kept.other_inputs), state="changed", recomputed=False)
    if not kept.books:
        return verifying.recomputed(found, None)
    same = kept.same_figures
    if kept.same_versions:
        same = kept.books.get(str(statement.release.get("file"))) == found.sha256
    return verifying.recomputed(found, recomputing.Recomputed(same, kept.same_versions, ()))


def _recheck(known: KnownRelease, progress: Any) -> Recheck:
    nothing = Recheck(False, False, {})
    if known.snapshot is None or known.manifest is None:
        return nothing
    with suppress(recomputing.InputsUnreadable, SnapshotUnreadable, FileRefused, OSError, ValueError):
        inputs = recomputing.read_inputs(known.inputs)
        other = recomputing.differing(inputs, known.manifest["inputs"], known.snapshot)
        if other:
            return Recheck(False, False, {}, other)
        scored = scored_with(inputs, known.snapshot)
        results = (known.folder / RESULTS).read_text(encoding="utf-8")
        return Recheck(
            same_versions=dict(inputs.versions) == versions(),
            same_figures=recomputing.same_figures(scored, results),
            books=recomputing.all_books(scored, inputs, progress),
        )
    return nothing


def _path(release: Release) -> Path:
    manifest = release.run.parameters["manifest_sha256"] if release.run else ""
    name = sha256_of({"manifest": manifest, "versions": versions()})[:32]
    return Path(current_app.instance_path, FOLDER, f"{name}.json")


def _ask(release: Release) -> None:
    """Have it done, unless somebody has asked before: then it is under way, or it cannot be done."""
    wave = release.wave
    arguments = {
        "survey": wave.survey.code,
        "wave": wave.code,
        "number": release.number,
        "version": _path(release).stem,
    }
    asked = db.session.scalars(select(Job.arguments).where(Job.kind == RECHECK, Job.state != "cancelled"))
    if arguments not in list(asked):
        enqueue(RECHECK, arguments)


@kind(RECHECK, title=_("Recomputing a release"))
def _work(progress: Progress, *, survey: str, wave: str, number: int, version: str) -> dict[str, Any]:
    recheck(released_files.known(get_numbered_release(survey, wave, number)), progress)
    return {"files": []}
