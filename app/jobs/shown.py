"""A job as its page shows it, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from babel.dates import format_datetime
from babel.numbers import format_decimal, format_percent

from app.config import OFFICE_TIME
from app.messages import locale, translations
from app.models import Job
from app.services import job_files
from app.services.jobs import UnknownKind, get_kind

# Marks a sentence for the catalogue; it is translated where the page is made.
_ = str

STATES: Mapping[str, str] = {
    "waiting": _("Waiting for its turn"),
    "running": _("Under way"),
    "done": _("Finished"),
    "failed": _("It did not succeed"),
    "cancelled": _("Called off"),
}


@dataclass(frozen=True, slots=True)
class ShownFile:
    """One file to take away; `size` in words."""

    name: str
    size: str


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything that a page says of a job. `share` is 0 to 1, None while it is not known."""

    key: str
    title: str
    state: str
    state_text: str
    ended: bool
    share: float | None
    steps: str
    problem: str
    asked: str
    whose: str
    rows: str
    files: tuple[ShownFile, ...]
    files_gone: bool
    next: str


def show(job: Job, language: str) -> Shown:
    """The job as it stands now."""
    _ = translations(language).gettext
    files = job_files.list_files(job)
    return Shown(
        key=job.key,
        title=title_of(job, language),
        state=job.state,
        state_text=_(STATES[job.state]),
        ended=job.state not in {"waiting", "running"},
        share=job.done / job.total if job.total else 1.0 if job.state == "done" else None,
        steps=_steps(job, language),
        problem=_problem(job, language),
        asked=moment(job.made_at, language),
        whose=job.user.name if job.user else "",
        rows=_count(job.result.get("rows"), language),
        files=tuple(ShownFile(path.name, size(path.stat().st_size, language)) for path in files),
        files_gone=bool(job.state == "done" and job.result.get("files") and not files),
        next=str(job.result.get("next", "")) if job.state == "done" else "",
    )


def title_of(job: Job, language: str) -> str:
    """What kind of work it is, and on what."""
    try:
        title = translations(language).gettext(get_kind(job.kind).title)
    except UnknownKind:
        title = job.kind
    about = job.arguments.get("about")
    return f"{title}: {about}" if isinstance(about, str) and about else title


def moment(at: datetime, language: str) -> str:
    """Day and time in the office's zone."""
    return format_datetime(at.astimezone(OFFICE_TIME), "short", locale=locale(language))


def size(octets: int, language: str) -> str:
    """The size of a file as people say it: `812 B`, `3,4 MB`."""
    amount, unit = float(octets), "B"
    for larger in ("kB", "MB", "GB"):
        if amount < 1000:
            break
        amount, unit = amount / 1000, larger
    pattern = "#,##0" if unit == "B" or amount >= 100 else "#,##0.0"
    return f"{format_decimal(amount, format=pattern, locale=locale(language))} {unit}"


def _steps(job: Job, language: str) -> str:
    _ = translations(language).gettext
    if job.state != "running":
        return ""
    if job.total:
        share = format_percent(min(1.0, job.done / job.total), locale=locale(language))
        return _("%(done)s of %(total)s (%(share)s)") % {
            "done": _count(job.done, language),
            "total": _count(job.total, language),
            "share": share,
        }
    return _("%(done)s so far") % {"done": _count(job.done, language)} if job.done else ""


def _count(number: object, language: str) -> str:
    return format_decimal(number, locale=locale(language)) if isinstance(number, int) else ""


def _problem(job: Job, language: str) -> str:
    sentence, facts = job.result.get("sentence"), job.result.get("facts")
    if job.state != "failed":
        return ""
    if not sentence:
        return job.problem
    found = translations(language).gettext(sentence)
    return found % facts if facts else found
