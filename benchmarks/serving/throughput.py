"""Complete answers a second: page and post by eight clients, beside a bare handler that stores one row durably.

Clients and server share the machine. Everything runs in one go, so that the figures may be compared: first the
bare handler, then the tablet's road (page and JSON), the phone's road (page and posted form), posts alone.
`make bench-serving`; `-m benchmarks.serving.throughput SECONDS` for another length of each part.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID

import flask_migrate

from app import create_app
from app.demo.provinces import agencies
from app.services.agencies import import_agencies
from benchmarks.serving.clients import Connection, get, post, press
from benchmarks.serving.submission import open_wave
from surveys import loading
from tests.databases import postgresql

SHIPPED = ("counter-short-1", "sipas-2023-1")
FORM = "application/x-www-form-urlencoded"
Asks = Callable[[], Iterator[tuple[bytes, int]]]


def main(seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        run(f"sqlite:///{folder}/b.sqlite", str(Path(folder) / "bare.sqlite"), Path(folder), 1, seconds)
    with postgresql(durable=True) as server, tempfile.TemporaryDirectory() as folder:
        server.create("bare")
        run(
            server.create("hailong"),
            server.conninfo("bare"),
            Path(folder),
            2 * (os.cpu_count() or 1),
            seconds,
        )


def run(url: str, bare: str, folder: Path, workers: int, seconds: float) -> None:
    """One database: all parts, printed."""
    environment = os.environ | {"DATABASE_URL": url, "HAILONG_INSTANCE": str(folder / "instance")}
    environment |= {"OMP_NUM_THREADS": "1"}
    app = create_app({"INSTANCE_PATH": folder / "instance", "SQLALCHEMY_DATABASE_URI": url})
    with app.app_context():
        flask_migrate.upgrade()
        import_agencies(agencies())
        links = {name: open_wave(loading.load(loading.shipped()[name]), name[:4]) for name in SHIPPED}
    print(f"\n{url.partition(':')[0]}, {workers} process(es)")
    print(f"{'':<44}{'a second':>10}{'median ms':>11}{'p95 ms':>9}{'server cpu ms':>15}{'of bare':>9}")
    rates = {}
    for name in SHIPPED:
        forms = Forms(name, links[name])
        with served([sys.executable, "-m", "benchmarks.serving.bare", bare], workers, environment) as port:
            rates[name] = show(f"{name}: bare handler, one INSERT", port, seconds, forms.bare)
        with served(["hailong", "serve"], workers, environment) as port:
            show(f"{name}: page + JSON", port, seconds, forms.page_and_json)
            show(f"{name}: page + form", port, seconds, forms.page_and_form)
            show(f"{name}: JSON alone", port, seconds, forms.json_alone, rates[name])
            show(f"{name}: page alone", port, seconds, forms.page_alone)
            weigh(name, port, links[name])


class Forms:
    """Rounds of requests with drawn answers to one instrument, each with an id of its own."""

    def __init__(self, name: str, code: str):
        instrument = loading.load(loading.shipped()[name])
        self._page = get(f"/r/{code}?lang=vi")
        self._code, self._identity = code, instrument.identity
        self._draw = random.SystemRandom()
        self._given = [draw_answers(instrument, random.Random(seed)) for seed in range(64)]

    def bare(self) -> Iterator[tuple[bytes, int]]:
        yield post("/answers", "application/json", json.dumps(self._submission()).encode()), 201

    def json_alone(self) -> Iterator[tuple[bytes, int]]:
        body = json.dumps(self._submission()).encode()
        yield post(f"/r/{self._code}/responses", "application/json", body), 201

    def page_alone(self) -> Iterator[tuple[bytes, int]]:
        yield self._page, 200

    def page_and_json(self) -> Iterator[tuple[bytes, int]]:
        yield from self.page_alone()
        yield from self.json_alone()

    def page_and_form(self) -> Iterator[tuple[bytes, int]]:
        yield from self.page_alone()
        given = self._submission()
        ours = {f"_{part}": given[part] for part in ("id", "instrument", "language", "started", "sent")}
        body = urlencode(given["answers"] | ours, doseq=True).encode()
        yield post(f"/r/{self._code}?form=sent", FORM, body), 201

    def _submission(self) -> dict:
        return {
            "id": str(UUID(int=self._draw.getrandbits(128), version=4)),
            "instrument": self._identity,
            "language": "vi",
            "started": "2026-07-01T01:00:00Z",
            "sent": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "answers": self._draw.choice(self._given),
        }


def draw_answers(instrument, draw: random.Random) -> dict[str, str | list[str]]:
    """A valid answer to every choice and multi item; what the routing hides is dropped by the server."""
    given: dict[str, str | list[str]] = {}
    for item in instrument.items:
        codes = [option.code for option in instrument.options(item) if option.missing is None]
        if codes:
            chosen = draw.choice(codes)
            given[item.code] = [chosen] if item.type == "multi" else chosen
    from surveys.validation import check

    checked = check(instrument, {code: [one] if isinstance(one, str) else one for code, one in given.items()})
    return {code: one if isinstance(one, str) else list(one) for code, one in checked.answers.items()}


def show(name: str, port: int, seconds: float, asks: Asks, against: float | None = None) -> float:
    press(port, min(1.0, seconds), asks)
    before = processor_time(port)
    rate, taken = press(port, seconds, asks)
    spent = 1000 * (processor_time(port) - before) / (rate * seconds)
    taken = sorted(1000 * one for one in taken)
    ratio = f"{rate / against:>9.2f}" if against else ""
    middle, late = statistics.median(taken), taken[int(0.95 * len(taken))]
    print(f"{name:<44}{rate:>10.0f}{middle:>11.1f}{late:>9.1f}{spent:>15.2f}{ratio}", flush=True)
    return rate


def processor_time(port: int) -> float:
    """Seconds of processor that the server and its workers have used, by /proc."""
    total = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str(port).encode() in (process / "cmdline").read_bytes().split(b"\0"):
                fields = (process / "stat").read_text().rpartition(")")[2].split()
                total += int(fields[11]) + int(fields[12])
        except OSError:  # it ended meanwhile
            continue
    return total / os.sysconf("SC_CLK_TCK")


def weigh(name: str, port: int, code: str) -> None:
    """The first screen with everything that it loads, as it travels."""
    connection = Connection(port)
    _, page = connection.ask(get(f"/r/{code}?lang=vi"))
    text = gzip.decompress(page).decode()
    weights = {"page": len(page)}
    for part in {part.split('"')[0] for part in text.split('"/static/')[1:]}:
        _, body = connection.ask(get(f"/static/{part}"))
        weights[part.partition("?")[0]] = len(body)
    total = sum(weights.values())
    print(f"{name}: first screen {total / 1000:.1f} kB: {weights}")


@contextmanager
def served(command: list[str], workers: int, environment: dict[str, str]) -> Iterator[int]:
    """A server process on a free port for as long as the block runs."""
    port = free_port()
    if command[0] == "hailong":
        program = str(Path(sys.executable).with_name("hailong"))
        command = [program, *command[1:], "--port", str(port), "--workers", str(workers)]
    else:
        command = [*command, str(port), str(workers)]
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        wait_for(port, process)
        yield port
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port: int, process: subprocess.Popen) -> None:
    """Until the server answers at all."""
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError("The server ended at once.")
        try:
            Connection(port).ask(get("/nothing"))
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("The server did not answer within 30 s.")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 8)
