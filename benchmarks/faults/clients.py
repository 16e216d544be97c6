"""Clients that send each form with the same id until somebody says that it is stored."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from benchmarks.serving.clients import Connection, post

# Of so many acknowledged forms one is sent once more, as when the acknowledgement was lost on its way.
SENT_AGAIN = 20

# Nobody is served for this long: then something else is wrong, and the trial ends.
PATIENCE = 120.0


@dataclass
class Form:
    """A form on a client: its id, what it says, its bytes, and whether it was acknowledged."""

    response_id: str
    answers: dict[str, str | list[str]]
    body: bytes
    acknowledged: bool = False


class Clients:
    """All forms, sent by some threads side by side."""

    def __init__(self, forms: Sequence[Form], path: str, port: int, threads: int):
        self._forms = forms
        self._path = path
        self._port = port
        self._threads = threads
        self._next = iter(forms)
        self._lock = threading.Lock()
        self._done = 0
        self._moved = time.monotonic()
        self.refused: list[str] = []

    def run_through(self, faults: Sequence[Callable[[], None]]) -> None:
        """Send everything; the faults happen at even steps of the way, each amid the sending."""
        threads = [threading.Thread(target=self._send, args=(number,)) for number in range(self._threads)]
        for thread in threads:
            thread.start()
        for number, fault in enumerate(faults, start=1):
            self._wait_for(number * len(self._forms) // (len(faults) + 1))
            fault()
        for thread in threads:
            thread.join()

    def _wait_for(self, count: int) -> None:
        while self._done < count and time.monotonic() - self._moved < PATIENCE:
            time.sleep(0.005)

    def _send(self, number: int) -> None:
        draw = random.Random(number)
        connection = Connection(self._port)
        for form in self._mine():
            request = post(self._path, "application/json", form.body)
            while not form.acknowledged and time.monotonic() - self._moved < PATIENCE:
                status = self._try(connection, request)
                if status in (200, 201):
                    form.acknowledged = True
                elif status is not None and status < 500:
                    return
                else:
                    time.sleep(draw.uniform(0.01, 0.1))
            self._done += 1
            self._moved = time.monotonic()
            if draw.randrange(SENT_AGAIN) == 0:
                self._try(connection, request)

    def _try(self, connection: Connection, request: bytes) -> int | None:
        """The status, None where the connection broke."""
        try:
            status, body = connection.ask(request)
        except (OSError, ValueError, StopIteration):
            connection.drop()
            return None
        if 400 <= status < 500:
            self.refused.append(f"{status} {json.loads(body)}")
        return status

    def _mine(self) -> Iterator[Form]:
        while True:
            with self._lock:
                form = next(self._next, None)
            if form is None:
                return
            yield form
