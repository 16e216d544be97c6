"""Eight respondents in one process: requests as bytes over kept connections, so that the load itself costs little."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator

CLIENTS = 8


class Connection:
    """One browser's connection, opened again when the server closes it."""

    def __init__(self, port: int):
        self._port = port
        self._socket: socket.socket | None = None

    def ask(self, request: bytes) -> tuple[int, bytes]:
        """Status and body of the answer."""
        for fresh in (self._socket is None, True):
            if fresh:
                self._open()
            try:
                return self._exchange(request)
            except ConnectionError:
                self.drop()
        raise ConnectionError("The server closed the connection twice.")

    def drop(self) -> None:
        """Forget the connection; the next request opens another."""
        if self._socket is not None:
            self._socket.close()
        self._socket = None

    def _open(self) -> None:
        self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _exchange(self, request: bytes) -> tuple[int, bytes]:
        assert self._socket is not None
        self._socket.sendall(request)
        received = b""
        while b"\r\n\r\n" not in received:
            part = self._socket.recv(65_536)
            if not part:
                raise ConnectionResetError
            received += part
        head, _, body = received.partition(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        length = next(int(line[15:]) for line in lines if line.startswith(b"content-length:"))
        while len(body) < length:
            part = self._socket.recv(65_536)
            if not part:
                raise ConnectionResetError
            body += part
        if b"connection: close" in lines:
            self.drop()
        return int(head[9:12]), body


def get(path: str) -> bytes:
    """A page asked for as a browser does."""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\nAccept-Language: vi\r\n\r\n".encode()


def post(path: str, kind: str, body: bytes) -> bytes:
    """A form or JSON on its way."""
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def press(
    port: int, seconds: float, asks: Callable[[], Iterator[tuple[bytes, int]]]
) -> tuple[float, list[float]]:
    """All clients at it for this long; whole rounds per second, and the time of every single request in seconds.

    `asks` gives the requests of one round with the status that each must bring.
    """
    rounds, taken, faults = [0] * CLIENTS, [[] for _ in range(CLIENTS)], []
    begin = threading.Barrier(CLIENTS + 1)
    end = [0.0]

    def work(number: int) -> None:
        connection = Connection(port)
        begin.wait()
        while time.perf_counter() < end[0]:
            for request, wanted in asks():
                begun = time.perf_counter()
                try:
                    status, body = connection.ask(request)
                except OSError as error:
                    status, body = 0, str(error).encode()
                taken[number].append(time.perf_counter() - begun)
                if status != wanted:
                    faults.append((status, body[:300]))
                    return
            rounds[number] += 1

    threads = [threading.Thread(target=work, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    end[0] = time.perf_counter() + seconds
    begun = time.perf_counter()
    begin.wait()
    for thread in threads:
        thread.join()
    if faults:
        raise RuntimeError(f"A request did not bring what it must: {faults[0]}")
    return sum(rounds) / (time.perf_counter() - begun), [one for each in taken for one in each]
