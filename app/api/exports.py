"""Raw answers: the codebook of a wave, an export as a job, how far it is, and its files."""

from __future__ import annotations

from flask import Response, send_file, url_for

from app.api import schemas
from app.api.operations import File, answered, operation
from app.api.paging import Part, Parts, cut
from app.api.released import Spoken
from app.api.views import caller
from app.models import Job, Wave
from app.queries.errors import NotFound
from app.queries.jobs import get_job, list_jobs
from app.queries.reach import get_wave_reached
from app.services import job_files, jobs
from app.services.codebooks import codebook_of
from app.services.exporting.answers import check
from app.services.exporting.options import AnswerOptions
from app.services.exporting.work import ANSWERS

EXPORTS, WAVE = "exports and jobs", "/surveys/<survey>/waves/<wave>"


@operation(
    "GET", f"{WAVE}/codebook", tag=EXPORTS, answer=Part[schemas.CodebookLine], query=Spoken, refuses=True
)
def get_codebook(survey: str, wave: str, query: Spoken) -> Part[schemas.CodebookLine]:
    """Every column of an export of the wave's answers, with every code that it may hold; all in one part."""
    lines = codebook_of(_wave(survey, wave), query.language)
    return Part(items=[_line(line) for line in lines], next=None)


@operation(
    "POST",
    f"{WAVE}/exports",
    tag=EXPORTS,
    answer=schemas.Job,
    status=202,
    body=schemas.ExportAsked,
    refuses=True,
)
def ask_for_export(survey: str, wave: str, body: schemas.ExportAsked) -> Response:
    """Ask for the answers of a frozen wave as a file with its codebook.

    The answer names a job; ask for it again until its state is done, then fetch its files. Rows outside the branches of
    the key are left out. Answers of staff that were promised anonymity are never exported.
    """
    found = _wave(survey, wave)
    check(found)
    tops = caller().tops("export")
    job = jobs.enqueue(
        ANSWERS,
        {
            "survey": survey,
            "wave": wave,
            "options": AnswerOptions(**body.model_dump()).document(),
            "tops": None if tops is None else sorted(tops),
            "about": f"{survey}/{wave}",
        },
        caller().number,
    )
    response = answered(_job(job), 202)
    response.headers["Location"] = url_for("api.get_own_job", key=job.key)
    return response


@operation("GET", "/jobs", tag=EXPORTS, answer=Part[schemas.Job], query=Parts)
def list_own_jobs(query: Parts) -> Part[schemas.Job]:
    """The newest hundred jobs that the owner of the key asked for, the newest first."""
    found = list_jobs(caller().number)
    shown, following = cut(found, query, f"jobs {found[0].key if found else ''}")
    return Part(items=[_job(one) for one in shown], next=following)


@operation("GET", "/jobs/<key>", tag=EXPORTS, answer=schemas.Job)
def get_own_job(key: str) -> schemas.Job:
    """How far a job is, and what it made."""
    return _job(_own(key))


@operation("GET", "/jobs/<key>/files/<name>", tag=EXPORTS, answer=File("application/octet-stream"))
def get_job_file(key: str, name: str) -> Response:
    """A file that a job made, for whoever still has the right over its branches."""
    job = _own(key)
    paths = {path.name: path for path in job_files.list_files(job)}
    if name not in paths or not job_files.may_fetch(job, caller()):
        raise NotFound("file", name)
    response = send_file(
        paths[name], "application/octet-stream", as_attachment=True, download_name=name, conditional=False
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _wave(survey: str, code: str) -> Wave:
    return get_wave_reached(survey, code, caller().tops("export"))


def _own(key: str) -> Job:
    found = get_job(key)
    if found.user_id != caller().number:
        raise NotFound("job", key)
    return found


def _job(job: Job) -> schemas.Job:
    return schemas.Job(
        key=job.key,
        kind=job.kind,
        state=job.state,
        done=job.done,
        total=job.total,
        problem=job.problem,
        made_at=job.made_at,
        ended_at=job.ended_at,
        files=[path.name for path in job_files.list_files(job)] if job_files.may_fetch(job, caller()) else [],
    )


def _line(line: dict[str, object]) -> schemas.CodebookLine:
    return schemas.CodebookLine(**line)
