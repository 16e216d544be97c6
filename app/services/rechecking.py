"""Recomputing a whole release once per version of the program, so that any of its workbooks can be answered for.

A stranger who sends a workbook to the public page starts at most one such work per release and version, as a job; what
it found is kept in the instance and read from then on.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
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
from app.services.spoken import SpokenError
from app.services.verifying import Remark, Verdict

# Marks a sentence for the catalogue; it is translated where it is said.
_ = str

RECHECK = "recheck"
FOLDER = "rechecks"
AGAIN = timedelta(hours=1)  # after an attempt that failed, until the next one


@dataclass(frozen=True, slots=True)
class Recheck:
    """What came out. `books`: SHA-256 of each workbook made again, by path; empty where inputs are others.

    `same_versions`: by the program and libraries that made the release. `same_figures`: the estimates are those of its
    results document. `other_inputs` names inputs that are not those of the release.
    """

    same_versions: bool
    same_figures: bool
    books: dict[str, str]
    other_inputs: tuple[str, ...] = ()


class NotRecomputed(SpokenError):
    """The release could not be recomputed here and now; that is no fault of its workbooks."""


def recheck(known: KnownRelease, progress: Any = lambda done, total: None) -> Recheck:
    """Recompute a release whose snapshot and inputs are at hand, and keep what came out.

    Raises NotRecomputed and SnapshotUnreadable; then nothing is kept, for nothing was found out about the release.
    """
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
        kept = Recheck(**found | {"other_inputs": tuple(found["other_inputs"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return kept if kept.books or kept.other_inputs else None  # an empty one says nothing


def answered(found: Verdict) -> Verdict:
    """The verdict on an unchanged file of this house, with what recomputing its release gave, or that it goes on."""
    known, statement = found.known, found.statement
    if known is None or statement is None or found.state != "unchanged":
        return found
    kept = find(known.release)
    if known.destroyed_on is not None or (kept is None and known.snapshot is None):
        # What came out before the answers were destroyed is not told any more: nobody could check it.
        return verifying.recompute(found, b"")
    if kept is None and _ask(known.release):
        return found.but(
            Remark(
                "recomputing",
                _("Its figures are being recomputed from the snapshot; ask again in a few minutes."),
            )
        )
    if kept is None:
        return found.but(
            Remark(
                "not_recomputed",
                _("Not recomputed: the last attempt did not come to an end; ask again in an hour."),
            )
        )
    if kept.other_inputs:
        return found.but(verifying.other_inputs(kept.other_inputs), state="changed", recomputed=False)
    same = kept.same_figures
    if kept.same_versions:
        same = kept.books.get(str(statement.release.get("file"))) == found.sha256
    return verifying.recomputed(found, recomputing.Recomputed(same, kept.same_versions, ()))


def _recheck(known: KnownRelease, progress: Any) -> Recheck:
    if known.snapshot is None or known.manifest is None:
        raise NotRecomputed(_("Not recomputed: the snapshot or the inputs of the release are not at hand."))
    try:
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
    except recomputing.InputsUnreadable as error:
        raise NotRecomputed(_("Not recomputed: the file of inputs cannot be read.")) from error
    except (FileRefused, OSError, ValueError) as error:
        raise NotRecomputed(_("The release could not be recomputed: %(why)s"), why=error) from error


def _path(release: Release) -> Path:
    manifest = release.run.parameters["manifest_sha256"] if release.run else ""
    name = sha256_of({"manifest": manifest, "versions": versions()})[:32]
    return Path(current_app.instance_path, FOLDER, f"{name}.json")


def _ask(release: Release) -> bool:
    """Have it done where nobody does it and the last attempt ended long ago; whether something may come of it soon."""
    wave = release.wave
    arguments = {
        "survey": wave.survey.code,
        "wave": wave.code,
        "number": release.number,
        "version": _path(release).stem,
    }
    jobs = db.session.scalars(select(Job).where(Job.kind == RECHECK).order_by(Job.id))
    asked = [job for job in jobs if job.arguments == arguments]
    if any(job.state in ("waiting", "running") for job in asked):
        return True
    if asked and datetime.now(UTC) - (asked[-1].ended_at or asked[-1].made_at) < AGAIN:
        return asked[-1].state == "done"  # just now, after we looked
    enqueue(RECHECK, arguments)
    return True


@kind(RECHECK, title=_("Recomputing a release"))
def _work(progress: Progress, *, survey: str, wave: str, number: int, version: str) -> dict[str, Any]:
    recheck(released_files.known(get_numbered_release(survey, wave, number)), progress)
    return {"files": []}
