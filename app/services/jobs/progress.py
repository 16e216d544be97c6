"""How far a job is: what its work tells, what the table is told, and whether the work is still wanted."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from app.models import Job

log = logging.getLogger(__name__)

# How often the table is told how far a job is, and how often at least that its worker lives, in seconds.
TELL = 2.0
BEAT = 10.0


class BrokenOff(Exception):
    """The work is to end here: it was cancelled, another worker has it, or this one is to stop."""


class Progress:
    """What a kind's work is given: call it with the steps done and their number. `folder` is for its files.

    A call costs nothing and never waits for the database, so it may stand in any loop and inside a transaction.
    Raises BrokenOff where the work is to end; let it pass.
    """

    def __init__(
        self, folder: Path, user_id: int | None = None, stopping: Callable[[], bool] = lambda: False
    ):
        self.folder = folder
        self.user_id = user_id
        self.done = 0
        self.total: int | None = None
        self.lost = False
        self._stopping = stopping

    def __call__(self, done: int, total: int | None = None) -> None:
        self.done, self.total = max(0, done), total if total is not None else self.total
        if self.lost or self._stopping():
            raise BrokenOff


class Pulse:
    """A thread that tells the table of a running attempt every few seconds, on a connection of its own.

    `with Pulse(...)`: it beats until the block is left. Where the row says that the attempt is no longer wanted, the
    progress is marked as lost.
    """

    def __init__(self, engine: Engine, key: str, attempt: int, progress: Progress):
        self._engine, self._key, self._attempt, self._progress = engine, key, attempt, progress
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"pulse-{key[:8]}", daemon=True)

    def __enter__(self) -> Pulse:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _beat(self) -> None:
        told, at = (0, None), time.monotonic()
        while not self._end.wait(TELL):
            now = (self._progress.done, self._progress.total)
            if now == told and time.monotonic() - at < BEAT and self._is_wanted():
                continue
            self._tell(*now)
            told, at = now, time.monotonic()

    def _is_wanted(self) -> bool:
        """Looks without taking the writing lock; False sends the caller to `_tell`, which finds out for sure."""
        try:
            with self._engine.connect() as connection:
                return connection.execute(select(Job.id).where(*self._ours)).first() is not None
        except SQLAlchemyError:
            return True

    def _tell(self, done: int, total: int | None) -> None:
        told = update(Job).where(*self._ours).values(done=done, total=total, beat_at=datetime.now(UTC))
        try:
            with self._engine.connect().execution_options(writes=True) as connection, connection.begin():
                self._progress.lost = connection.execute(told).rowcount == 0
        except SQLAlchemyError as error:
            # The database is busy or away for a moment; the lock of the folder says meanwhile that we live.
            log.warning("job %s: its progress could not be told: %s", self._key, type(error).__name__)

    @property
    def _ours(self) -> tuple[ColumnElement[bool], ...]:
        return (Job.key == self._key, Job.state == "running", Job.attempts == self._attempt)
