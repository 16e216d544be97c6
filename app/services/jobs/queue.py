"""The queue that wakes a worker: huey on an SQLite file of its own in the instance. It carries keys of jobs, no more.

Whatever is lost here is found again in the table (`sweeping`), so the file may be deleted at any time.
"""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path
from typing import Any

from flask import Flask, current_app
from huey import SqliteHuey

from app.services.jobs.running import run

log = logging.getLogger(__name__)

FILE = "queue.sqlite"
TASK = "work"


def queue_of(app: Flask) -> SqliteHuey:
    """The application's queue; its file is made on first use."""
    if "jobs" not in app.extensions:
        Path(app.instance_path).mkdir(mode=0o700, parents=True, exist_ok=True)
        # Results would lie in the queue for ever; ours are in the table.
        made = SqliteHuey("hailong", results=False, filename=str(Path(app.instance_path, FILE)), fsync=True)
        app.extensions["jobs"] = made
        app.extensions["jobs.task"] = made.task(name=TASK)(lambda key: _run(app, key))
    return app.extensions["jobs"]


def put(key: str) -> None:
    """Tell a worker that this job waits. What cannot be told now is found by the next sweep."""
    try:
        huey = queue_of(_app())
        try:
            _app().extensions["jobs.task"](key)
        finally:
            huey.storage.close()
    except (sqlite3.Error, OSError) as error:
        log.warning("job %s waits, but the queue does not take it: %s", key, error)


def queued() -> set[str]:
    """Keys that lie in the queue."""
    huey = queue_of(_app())
    try:
        return {task.args[0] for task in huey.pending()}
    finally:
        huey.storage.close()


def _run(app: Flask, key: str) -> None:
    with app.app_context():
        run(key, stopping=app.extensions.get("jobs.stopping", lambda: False))


def _app() -> Flask:
    found: Any = current_app
    return found._get_current_object()
