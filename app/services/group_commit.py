"""Group commit: what several threads want to store at the same moment is made durable by one COMMIT.

SQLite has one writer, and a durable COMMIT waits for the disk. Whoever comes first leads: it stores what has
gathered, its own and that of the others, commits once, and only then is anybody told that theirs is stored.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine

# So many pieces of work share a transaction at most, so that an office's own change waits for no more.
MOST_TOGETHER = 100

Work = Callable[[Connection], Any]


class _Job:
    """One piece of work, what became of it, and the turn its thread waits for."""

    __slots__ = ("done", "failure", "outcome", "turn", "work")

    def __init__(self, work: Work):
        self.work = work
        self.turn = threading.Lock()
        self.turn.acquire()
        self.done = False
        self.outcome: Any = None
        self.failure: BaseException | None = None


class GroupCommit:
    """The one writer of this process on one database. Safe for threads."""

    def __init__(self, engine: Engine):
        self._engine = engine
        self._mutex = threading.Lock()
        self._waiting: list[_Job] = []
        self._led = False

    def run(self, work: Work) -> Any:
        """What `work` returns, after it was committed. Raises what it or the COMMIT raises; then it is undone.

        `work` may be called a second time, in a new transaction, when that of another one failed beside it.
        """
        job = _Job(work)
        with self._mutex:
            self._waiting.append(job)
            leads, self._led = not self._led, True
        if not leads:
            job.turn.acquire()
        if not job.done:
            self._lead()
        if job.failure is not None:
            raise job.failure
        return job.outcome

    def _lead(self) -> None:
        """Store what has gathered, then pass the lead on to the first of those who have come meanwhile."""
        with self._mutex:
            batch, self._waiting = self._waiting[:MOST_TOGETHER], self._waiting[MOST_TOGETHER:]
        try:
            self._store(batch)
        finally:
            with self._mutex:
                following = self._waiting[0] if self._waiting else None
                self._led = following is not None
            for job in batch:
                job.done = True
                job.turn.release()
            if following is not None:
                following.turn.release()

    def _store(self, batch: list[_Job]) -> None:
        try:
            self._transact(batch)
        except BaseException as failure:
            if len(batch) == 1:
                batch[0].failure = failure
                return
            # One of them is at fault, and nobody else shall suffer for it: each goes by itself.
            for job in batch:
                self._store([job])

    def _transact(self, batch: list[_Job]) -> None:
        with self._engine.connect().execution_options(writes=True) as connection, connection.begin():
            for job in batch:
                job.outcome = job.work(connection)
