"""Pages of long work: everybody sees their own, an administrator of the whole everybody's."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, redirect, send_from_directory, url_for
from flask_login import current_user
from werkzeug.exceptions import NotFound as NoSuchPage
from werkzeug.wrappers import Response as Redirection

from app.access import require_right
from app.jobs.shown import show
from app.models import Job
from app.office_pages import office_page, page_language
from app.queries.jobs import get_job, list_jobs
from app.services import job_files
from app.services.jobs import cancel
from app.services.jobs.folders import somebody_works

blueprint = Blueprint("jobs", __name__, url_prefix="/jobs")
blueprint.before_request(require_right)


@blueprint.get("/")
def jobs() -> Response:
    """What one asked for, the newest first."""
    language = page_language()
    everybody = _sees_all()
    found = list_jobs(None if everybody else current_user.number)
    return office_page(
        "jobs/jobs.html",
        jobs=[show(job, language) for job in found],
        everybody=everybody,
        asleep=any(job.state == "waiting" for job in found) and not somebody_works(),
    )


@blueprint.get("/<key>")
def job(key: str) -> Response:
    """How far it is, and what it made."""
    found = _own_job(key)
    return office_page(
        "jobs/job.html",
        job=show(found, page_language()),
        may_fetch=job_files.may_fetch(found, current_user),
        asleep=found.state == "waiting" and not somebody_works(),
    )


@blueprint.get("/<key>/state.json")
def state(key: str) -> Response:
    """The same for the page's script, which asks every two seconds."""
    shown = show(_own_job(key), page_language())
    response = jsonify(
        state=shown.state, said=shown.state_text, steps=shown.steps, share=shown.share, ended=shown.ended
    )
    response.cache_control.no_store = True
    return response


@blueprint.post("/<key>/cancel")
def call_off(key: str) -> Redirection:
    """Call it off, if it has not ended meanwhile."""
    found = _own_job(key)
    cancel(found)
    return redirect(url_for("jobs.job", key=key), 303)


@blueprint.get("/<key>/files/<name>")
def file(key: str, name: str) -> Response:
    """One of the files, for whoever may still have it."""
    found = _own_job(key)
    paths = {path.name: path for path in job_files.list_files(found)}
    if name not in paths or not job_files.may_fetch(found, current_user):
        raise NoSuchPage
    response = send_from_directory(paths[name].parent, name, as_attachment=True, etag=False)
    response.headers["Cache-Control"] = "no-store"
    return response


def _sees_all() -> bool:
    return current_user.may("administer") and current_user.tops("administer") is None


def _own_job(key: str) -> Job:
    """The job, which is one's own or which one sees as administrator; else it is not found."""
    found = get_job(key)
    if found.user_id != current_user.number and not _sees_all():
        raise NoSuchPage
    return found
