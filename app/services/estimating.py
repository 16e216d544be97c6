"""Estimation as long work: asked for on a page, done by a worker, and left in a run that waits for approval."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from app.models import Job, Wave
from app.queries.waves import get_wave
from app.services import snapshots
from app.services.collecting import Asked, collect
from app.services.jobs import Progress, enqueue, kind
from app.services.runs import NotFrozen, estimate

# Marks a sentence for the catalogue; it is translated where it is said.
_ = str

ESTIMATE, LATE = "estimate", "late_answers"


def ask_estimate(wave: Wave, asked: Asked, by: int) -> Job:
    """Have a run estimated; what can be refused at once is. Raises NotFrozen, NotEstimated."""
    if snapshots.path_of(wave) is None:
        raise NotFrozen(wave)
    collect(wave, asked)
    chosen = asdict(asked) | {"published_on": asked.published_on.isoformat()}
    return enqueue(ESTIMATE, {"survey": wave.survey.code, "wave": wave.code, "asked": chosen}, by)


def ask_late(wave: Wave, by: int) -> Job:
    """Have the late answers taken into a further snapshot; raises NoLateAnswers, Destroyed."""
    snapshots.refuse_late(wave)
    return enqueue(LATE, {"survey": wave.survey.code, "wave": wave.code}, by)


@kind(ESTIMATE, title=_("Estimation of a wave"))
def _estimate(progress: Progress, *, survey: str, wave: str, asked: dict[str, Any]) -> dict[str, Any]:
    chosen = Asked(
        **asked
        | {
            "published_on": date.fromisoformat(asked["published_on"]),
            "languages": tuple(asked["languages"]),
        }
    )
    run = estimate(get_wave(survey, wave), chosen, progress.user_id, progress=progress)
    return {"files": [], "next": f"/office/{survey}/{wave}/runs/{run.number}"}


@kind(LATE, title=_("Late answers into a further snapshot"))
def _late(progress: Progress, *, survey: str, wave: str) -> dict[str, Any]:
    progress(0, 1)
    snapshot = snapshots.take_late(get_wave(survey, wave))
    progress(1, 1)
    return {"files": [], "rows": snapshot.rows, "next": f"/office/{survey}/{wave}/runs/"}
