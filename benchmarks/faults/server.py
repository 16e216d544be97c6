"""`hailong serve` as a process that is killed and started again; or, planted, one that acknowledges too early."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from benchmarks.serving.throughput import wait_for

# How long the planted server keeps what it has acknowledged in memory.
HELD_BACK = 0.2


class FaultyServer:
    """A server on one port; `kill` ends master and workers at once, and brings up a new one."""

    def __init__(self, url: str, instance: Path, port: int, plant: str | None):
        hailong = [str(Path(sys.executable).with_name("hailong")), "serve", "--port", str(port)]
        planted = [sys.executable, "-m", "benchmarks.faults.server", str(port)]
        self._command = planted if plant else hailong
        self._environment = os.environ | {"DATABASE_URL": url, "HAILONG_INSTANCE": str(instance)}
        self._port = port
        self.kills = 0

    def __enter__(self) -> FaultyServer:
        self._start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        self._end(signal.SIGKILL)
        self.kills += 1
        self._start()

    def _start(self) -> None:
        self._process = subprocess.Popen(
            self._command,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        wait_for(self._port, self._process)

    def _end(self, how: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, how)
        self._process.wait()
        # The workers have no parent to wait for them: the port is free when the last one is gone.
        for _ in range(200):
            try:
                os.killpg(self._process.pid, 0)
            except ProcessLookupError:
                return
            time.sleep(0.05)


def serve_too_early(port: int) -> None:
    """The application with a submit that says "stored" at once and stores a moment later."""
    from app import create_app
    from app.services import responding
    from app.serving import serve

    store, waiting = responding.submit, queue.SimpleQueue()

    def submit(submission, *, checked=False):
        waiting.put((time.monotonic() + HELD_BACK, submission, checked))
        return responding.Outcome("stored", responding.receipt(submission.response_id), counted=True)

    def work(app) -> None:
        while True:
            due, submission, checked = waiting.get()
            time.sleep(max(0.0, due - time.monotonic()))
            with app.app_context(), suppress(Exception):
                store(submission, checked=checked)

    def make_app():
        app = create_app()
        responding.submit = submit
        threading.Thread(target=work, args=(app,), daemon=True).start()
        return app

    serve(make_app, "127.0.0.1", port, 1, quiet=True)


if __name__ == "__main__":
    serve_too_early(int(sys.argv[1]))
