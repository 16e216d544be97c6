"""The files that a job made, and whether somebody may still have them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from app.models import Job
from app.services.jobs import UnknownKind, folder_of, get_kind
from app.services.jobs.sweeping import FILES_KEPT


class Asker(Protocol):
    """Who asks: a person, or the bearer of a key."""

    def may(self, right: str) -> bool: ...

    def tops(self, right: str) -> frozenset[str] | None: ...


def list_files(job: Job) -> list[Path]:
    """The files of a finished job that are still there, in the order its work named them."""
    if job.state != "done" or (job.ended_at and job.ended_at + FILES_KEPT <= datetime.now(UTC)):
        return []
    return [path for name in job.result.get("files", ()) if (path := folder_of(job) / name).is_file()]


def may_fetch(job: Job, asker: Asker) -> bool:
    """Whether the asker has the right over the branches of the files today, not only when they asked."""
    try:
        right = get_kind(job.kind).right
    except UnknownKind:
        return False
    if right is None:
        return True
    if not asker.may(right):
        return False
    held, asked = asker.tops(right), job.arguments.get("tops")
    return held is None or (asked is not None and set(asked) <= held)
