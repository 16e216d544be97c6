"""The worker beside the server: a child process that is started again when it dies, and stops with its parent."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

# How long to wait before a worker that died is started again, in seconds; longer when it dies again and again.
PAUSES = (0.5, 2.0, 5.0, 15.0, 30.0)
STEADY = 60.0  # a worker that lived so long had no trouble with starting
PATIENCE = 30.0


class Keeper:
    """Keeps one `hailong work` alive from `start` to `stop`."""

    def __init__(self, environment: Mapping[str, str]):
        self._environment = {**os.environ, **environment}
        self._owner = os.getpid()
        self._end = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name="keeper", daemon=True)

    @property
    def pid(self) -> int | None:
        """The worker's process; None between two."""
        return self._child.pid if self._child else None

    def start(self) -> None:
        self._begin()
        self._thread.start()

    def stop(self) -> None:
        """End the worker. A process that was forked from the one that started it does nothing here."""
        if os.getpid() != self._owner:
            return
        self._end.set()
        self._thread.join()
        if self._child is None:
            return
        self._child.terminate()
        try:
            self._child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._child.kill()

    def _begin(self) -> None:
        command = [sys.executable, "-m", "app.cli", "work", "--parent", str(self._owner)]
        # A session of its own: Ctrl-C is for the server, which then ends its worker in order.
        self._child = subprocess.Popen(
            command, env=self._environment, stdin=subprocess.DEVNULL, start_new_session=True
        )

    def _keep(self) -> None:
        deaths, begun = 0, time.monotonic()
        while not self._end.wait(0.5):
            if self._child is None or self._child.poll() is None:
                continue
            deaths = 0 if time.monotonic() - begun > STEADY else deaths + 1
            if self._end.wait(PAUSES[min(deaths, len(PAUSES) - 1)]):
                return
            self._begin()
            begun = time.monotonic()


@contextmanager
def kept(wanted: bool, environment: Mapping[str, str]) -> Iterator[None]:
    """While the block runs a worker lives beside it, if it is `wanted`; `environment` adds to this process' own."""
    if not wanted:
        yield
        return
    keeper = Keeper(environment)
    keeper.start()
    try:
        yield
    finally:
        keeper.stop()
