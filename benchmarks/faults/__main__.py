"""`make faults`: many clients send forms while the server is killed and its database is cut off, again and again.

Each client keeps a form and sends it with the same id until it is acknowledged, as a tablet's queue does. In the
end the database is read beside what was acknowledged: one line per database, and exit 1 if anything is lost, is
there twice, or says something else. `PLANT=early-ack` puts a server in place that acknowledges before it stores:
then this program must find losses, or it proves nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import flask_migrate
from sqlalchemy import create_engine, text

from app import create_app
from app.demo.provinces import agencies
from app.services.agencies import import_agencies
from benchmarks.faults.clients import Clients, Form
from benchmarks.faults.server import FaultyServer
from benchmarks.serving.submission import open_wave
from benchmarks.serving.throughput import draw_answers, free_port
from surveys import loading
from surveys.instrument import Instrument
from tests.databases import postgresql

INSTRUMENT = "counter-short-1"
WORDS = ("Cảm ơn cán bộ", "Chờ lâu quá", 'Nói "nhanh"\nmà chậm', "Ủy ban phường ở xa", "")

# Beside the kills, so many times another fault: the database is cut off from the server.
CUTS = 10


def main() -> int:
    wanted = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    wanted.add_argument("--forms", type=int, default=10_000)
    wanted.add_argument("--kills", type=int, default=20)
    wanted.add_argument("--clients", type=int, default=16)
    wanted.add_argument("--seed", type=int, default=1)
    wanted.add_argument("--plant", choices=["early-ack"], help="a server that is wrong on purpose")
    wanted.add_argument("databases", nargs="*", default=["sqlite", "postgresql"])
    options = wanted.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    whole = [try_out(name, options) for name in options.databases]
    return 0 if all(whole) else 1


def try_out(name: str, options: argparse.Namespace) -> bool:
    """One database; True where every acknowledged answer is there exactly once and as it was sent."""
    if name == "sqlite":
        with tempfile.TemporaryDirectory(prefix="faults-") as folder:
            url = f"sqlite:///{folder}/faults.sqlite"
            return storm(name, url, Path(folder), options, lock_file)
    with postgresql() as running, tempfile.TemporaryDirectory(prefix="faults-") as folder:
        return storm(name, running.create("faults"), Path(folder), options, cut_connections)


def storm(name: str, url: str, folder: Path, options: argparse.Namespace, cut: Callable[[str], None]) -> bool:
    instrument = loading.load(loading.shipped()[INSTRUMENT])
    app = create_app({"INSTANCE_PATH": folder / "instance", "SQLALCHEMY_DATABASE_URI": url})
    with app.app_context():
        flask_migrate.upgrade()
        import_agencies(agencies())
        code = open_wave(instrument)
    forms = [make_form(instrument, number, options.seed) for number in range(options.forms)]
    port = free_port()
    with FaultyServer(url, folder / "instance", port, options.plant) as server:
        clients = Clients(forms, f"/r/{code}/responses", port, options.clients)
        faults = [server.kill] * options.kills + [lambda: cut(url)] * CUTS
        random.Random(options.seed).shuffle(faults)
        clients.run_through(faults)
        kills = server.kills
    acknowledged = {form.response_id for form in forms if form.acknowledged}
    stored = read(url)
    sent = {form.response_id: form.answers for form in forms}
    lost = len(acknowledged - stored.keys())
    double = sum(len(rows) - 1 for rows in stored.values())
    altered = sum(any(row != sent.get(key) for row in rows) for key, rows in stored.items())
    print(
        f"{name}: acknowledged {len(acknowledged)}, stored {len(stored)}, lost {lost}, double {double}, "
        f"altered {altered}, kills {kills}",
        flush=True,
    )
    for fault in clients.refused[:3]:
        print(f"{name}: a form was refused: {fault}", file=sys.stderr)
    whole = len(acknowledged) == len(forms) and kills >= options.kills
    if not whole:
        print(f"{name}: the trial did not run as planned, so it shows nothing.", file=sys.stderr)
    return whole and not (lost or double or altered or clients.refused)


def make_form(instrument: Instrument, number: int, seed: int) -> Form:
    """A form with an id, answers and words of its own, the same at every run of one seed."""
    draw = random.Random(f"{seed} {number}")
    answers = draw_answers(instrument, draw)
    words = draw.choice(WORDS)
    if words:
        answers[open_item(instrument)] = f"{words} {number}"
    response_id = str(UUID(int=draw.getrandbits(128), version=4))
    body = {
        "id": response_id,
        "instrument": instrument.identity,
        "language": draw.choice(instrument.languages),
        "started": "2026-07-01T01:00:00Z",
        "sent": f"2026-07-01T{2 + number // 3600 % 9:02}:{number // 60 % 60:02}:{number % 60:02}Z",
        "answers": answers,
    }
    return Form(response_id, answers, json.dumps(body).encode())


def open_item(instrument: Instrument) -> str:
    """The item that takes words."""
    return next(item.code for item in instrument.items if item.type == "text")


def read(url: str) -> dict[str, list[dict]]:
    """What the database holds, by response id, by a connection that knows nothing of the application."""
    engine = create_engine(url)
    found: dict[str, list[dict]] = {}
    with engine.connect() as connection:
        for key, answers in connection.execute(text("SELECT response_id, answers FROM response")):
            found.setdefault(key, []).append(json.loads(answers) if isinstance(answers, str) else answers)
    engine.dispose()
    return found


def cut_connections(url: str) -> None:
    """PostgreSQL: every connection to the database ends, whatever it was doing."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    engine.dispose()


def lock_file(url: str) -> None:
    """SQLite has no connection to cut: another process takes the file for itself for a while."""
    import sqlite3
    import time

    taken = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, timeout=30)
    taken.execute("BEGIN IMMEDIATE")
    time.sleep(0.5)
    taken.execute("ROLLBACK")
    taken.close()


if __name__ == "__main__":
    sys.exit(main())
