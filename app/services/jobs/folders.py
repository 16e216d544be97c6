"""Where jobs keep their files: `<instance>/jobs/<key>/<attempt>/`, and a lock that says that somebody works on it.

The lock is the kernel's: whatever ends a worker lets go of it, so a free one means that nobody works there any more.
"""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import current_app

from app.models import Job

LOCK = "lock"


def home(key: str) -> Path:
    """Everything of one job."""
    return Path(current_app.instance_path, "jobs", key)


def folder_of(job: Job) -> Path:
    """The files of a job's newest attempt."""
    return home(job.key) / str(job.attempts)


def clear(key: str, but: int | None = None) -> None:
    """Remove the files of all attempts but this one."""
    for folder in home(key).glob("*/"):
        if folder.name != str(but):
            shutil.rmtree(folder, ignore_errors=True)


def remove(key: str) -> None:
    """Remove everything of a job."""
    shutil.rmtree(home(key), ignore_errors=True)


@contextmanager
def locked(path: Path, *, shared: bool = False) -> Iterator[bool]:
    """Hold the lock of this file if nobody else does; whether it is held. The file is made."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True


def worker_lock() -> Path:
    """The file that every living worker holds together with the others."""
    return Path(current_app.instance_path, "jobs", "workers")


def somebody_works() -> bool:
    """Whether any worker lives that shares this instance folder."""
    path = worker_lock()
    if not path.exists():
        return False
    with locked(path) as alone:
        return not alone
