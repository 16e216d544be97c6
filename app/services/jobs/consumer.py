"""The worker process behind `hailong work`: huey's consumer with threads, and a sweep every few seconds."""

from __future__ import annotations

import logging
import os
import time
from typing import Any

from flask import Flask
from huey.consumer import Consumer
from sqlalchemy.exc import OperationalError, ProgrammingError

from app.services.jobs import folders
from app.services.jobs.queue import queue_of
from app.services.jobs.sweeping import sweep

log = logging.getLogger(__name__)

SWEEP = 10.0  # seconds between two sweeps
# A job that does not notice within this time that it is to stop is left to the next worker, who begins it again.
PATIENCE = 20.0


class Worker(Consumer):
    """Takes jobs until it is told to stop, or until the process that started it is gone (`parent`)."""

    def __init__(self, app: Flask, threads: int, parent: int | None = None):
        huey = queue_of(app)
        settings: dict[str, Any] = {
            "workers": threads,
            "periodic": False,
            "max_delay": 1.0,
            "shutdown_timeout": PATIENCE,
            "graceful_signal": "TERM",
        }
        super().__init__(huey, **settings)
        app.extensions["jobs.stopping"] = self.stop_flag.is_set
        self._app, self._parent, self._swept = app, parent, 0.0

    def loop(self, health_check_ts: float | None = None) -> float | None:
        """One turn of the consumer's main loop, several a second."""
        if self._parent is not None and os.getppid() != self._parent:
            self.stop(graceful=True)
        if time.monotonic() - self._swept >= SWEEP:
            self._sweep()
            self._swept = time.monotonic()
        return super().loop(health_check_ts)

    def _sweep(self) -> None:
        try:
            with self._app.app_context():
                sweep()
        except (OperationalError, ProgrammingError) as error:
            log.warning("the database does not answer (%s); the worker tries again", type(error).__name__)
        except Exception:
            # The queue or the disk: whatever it is, jobs that run here are not to die of it.
            log.exception("looking for jobs that were left went wrong; the worker tries again")


def work(app: Flask, threads: int, parent: int | None = None) -> None:
    """Take jobs until the process is told to stop (SIGTERM, SIGINT); ends within `PATIENCE` seconds of that."""
    logging.getLogger("huey").setLevel(logging.WARNING)
    with app.app_context():
        lock = folders.worker_lock()
    with folders.locked(lock, shared=True):
        Worker(app, threads, parent).run()
