"""`make bench-staff`: a wave of 5,000 staff in 120 units, end to end, against `hailong serve`.

Eight clients fetch the page, redeem an invitation and send the answers of `culture-1`; some people go through a real
Chromium. Then the wave is closed, frozen and released with a workbook for every unit. Blinding is done by the clients
and is in no time but those of the browser.
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import flask_migrate
from sqlalchemy import select

from app import create_app
from app.extensions import db
from app.models import Collector, SigningKey
from app.services import fieldwork, releasing, snapshots
from app.services.agencies import AgencyRow, import_agencies
from app.services.staff import blind, inviting
from app.services.staff.inviting import Made
from benchmarks.serving.clients import CLIENTS, Connection, get, post
from benchmarks.serving.throughput import draw_answers, free_port, wait_for
from surveys import loading
from tests.databases import postgresql
from tests.services.staff import blinding

INSTRUMENT = "culture-1"
DEPARTMENTS = 12
CROSSED = 2  # profile items that the tables cross


def main() -> int:
    wanted = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    wanted.add_argument("--people", type=int, default=5_000)
    wanted.add_argument("--units", type=int, default=120)
    wanted.add_argument("--browser", type=int, default=5, help="people who go through Chromium")
    wanted.add_argument("--workers", type=int, default=1)
    wanted.add_argument("databases", nargs="*", default=["sqlite"], help="sqlite, postgresql")
    options = wanted.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    for name in options.databases:
        with tempfile.TemporaryDirectory(prefix="bench-staff-") as folder:
            if name == "sqlite":
                live(name, f"sqlite:///{folder}/staff.sqlite", Path(folder), options)
            else:
                with postgresql(durable=True) as server:
                    live(name, server.create("staff"), Path(folder), options)
    return 0


def live(name: str, url: str, folder: Path, options: argparse.Namespace) -> None:
    """One wave on one database; prints a line per step."""
    instrument = loading.load(loading.shipped()[INSTRUMENT])
    draw = random.Random(1)
    app = create_app({"INSTANCE_PATH": folder / "instance", "SQLALCHEMY_DATABASE_URI": url})
    with app.app_context():
        flask_migrate.upgrade()
        heads = ministry(options.people, options.units, draw)
        crossed = [one.code for one in instrument.items if one.role == "profile" and one.type == "choice"]
        survey = fieldwork.create_survey("staff", {"vi": "Văn hóa công sở"})
        wave = fieldwork.create_wave(
            survey,
            "2026",
            fieldwork.register_instrument(instrument),
            title={"vi": "Đợt 2026"},
            tree_date=date(2026, 3, 1),
            wave_kind="census",
            anonymous=True,
            crossed=crossed[:CROSSED],
        )
        with timed(name, f"{options.people} invitations in {len(heads)} units, keys and pools"):
            made = inviting.invite(wave, heads)
        fieldwork.open_wave(wave, now=datetime.now(UTC))
        moduli = {
            code: blind.public_key(pem).modulus
            for code, pem in db.session.execute(
                select(Collector.code, SigningKey.private_key).join(SigningKey)
            )
        }
        db.session.rollback()
        draw.shuffle(made)
        with serving(url, folder, options.workers) as port:
            through_browser(name, made[: options.browser], port)
            forms = [draw_answers(instrument, draw) for _ in made[options.browser :]]
            through_http(name, made[options.browser :], forms, moduli, port, instrument.identity)
        lines = (folder / "server.log").read_text().splitlines()
        print(f"{name}: {len(lines)} lines in the server's log for {len(made)} answers", flush=True)
        fieldwork.close_wave(wave, now=datetime.now(UTC))
        with timed(name, "draining and snapshot"):
            frozen = snapshots.freeze(wave, now=datetime.now(UTC))
        with timed(name, f"release of {frozen.rows} answers: tables solved, all workbooks"):
            released = releasing.release(wave, published_on=date(2026, 6, 1), language="vi")
        books = list(releasing.folder_of(released).glob("workbooks/*.xlsx"))
        print(f"{name}: {len(books)} workbooks", flush=True)
        db.session.remove()
        db.engine.dispose()


def ministry(people: int, units: int, draw: random.Random) -> dict[str, int]:
    """A tree of three levels is imported; the heads of each unit, some below the threshold."""
    parents: dict[str, str | None] = {"m": None} | {f"m-{one:02}": "m" for one in range(DEPARTMENTS)}
    parents |= {f"u-{one:03}": f"m-{one % DEPARTMENTS:02}" for one in range(units)}
    import_agencies(
        [
            AgencyRow(code=code, kind="unit", names={"vi": code}, valid_from=date(2025, 7, 1), parent=above)
            for code, above in parents.items()
        ]
    )
    shares = [draw.paretovariate(1.5) for _ in range(units)]
    heads = [max(1, int(people * share / sum(shares))) for share in shares]
    heads[heads.index(max(heads))] += people - sum(heads)
    return {f"u-{one:03}": count for one, count in enumerate(heads)}


def through_http(
    name: str,
    made: Sequence[Made],
    forms: Sequence[dict],
    moduli: dict[str, str],
    port: int,
    identity: str,
) -> None:
    """Everybody at once, as fast as eight clients go."""
    work: queue.SimpleQueue = queue.SimpleQueue()
    for one, answers in zip(made, forms, strict=True):
        work.put((one, answers, *blinding.blind(moduli[one.collector_code])))
    taken: dict[str, list[float]] = defaultdict(list)
    faults: list[str] = []

    def person(connection: Connection, one: Made, answers: dict, message: bytes, blinded: bytes, factor: int):
        def ask(step: str, request: bytes, wanted: int) -> bytes:
            begun = time.perf_counter()
            status, body = connection.ask(request)
            taken[step].append(time.perf_counter() - begun)
            if status != wanted:
                raise RuntimeError(f"{step}: {status} {body[:300]!r}")
            return body

        address, kind = f"/s/{one.collector_code}", "application/json"
        ask("page", get(address), 200)
        body = json.dumps({"token": one.token, "blinded": blinded.hex()}).encode()
        signed = json.loads(ask("redeem", post(f"{address}/redeem", kind, body), 200))["signature"]
        signature = blinding.unblind(moduli[one.collector_code], bytes.fromhex(signed), factor)
        sent = {
            "message": message.hex(),
            "signature": signature.hex(),
            "instrument": identity,
            "answers": answers,
        }
        ask("answer", post(f"{address}/answers", kind, json.dumps(sent).encode()), 201)

    def client() -> None:
        connection = Connection(port)
        try:
            while not faults:
                person(connection, *work.get_nowait())
        except queue.Empty:
            pass
        except (OSError, RuntimeError) as fault:
            faults.append(str(fault))

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise RuntimeError(faults[0])
    whole = time.perf_counter() - begun
    print(f"{name}: {len(made)} people over HTTP in {whole:.1f} s, {len(made) / whole:.1f} a second")
    for step, times in taken.items():
        times.sort()
        print(
            f"{name}:   {step}: median {1000 * statistics.median(times):.1f} ms, "
            f"95 % under {1000 * times[int(0.95 * len(times))]:.1f} ms",
            flush=True,
        )


def through_browser(name: str, made: Sequence[Made], port: int) -> None:
    """The same by hand: the page opened, begun, the first option of every item chosen, sent, thanked."""
    if not made:
        return
    from playwright.sync_api import sync_playwright

    from tests.browser.conftest import CHROMIUM, FLAGS

    whole, waited = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for one in made:
            page = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
            begun = time.perf_counter()
            page.goto(f"http://127.0.0.1:{port}/s/{one.collector_code}?lang=en#{one.token}")
            page.get_by_role("button", name="Begin").click()
            page.get_by_role("button", name="Send my answers").wait_for()
            page.evaluate(
                """() => { for (const one of document.querySelectorAll("#answers fieldset"))
                    one.querySelector("input[type=radio]")?.click(); }"""
            )
            pressed = time.perf_counter()
            page.get_by_role("button", name="Send my answers").click()
            page.get_by_role("heading", name="Thank you").wait_for()
            waited.append(time.perf_counter() - pressed)
            whole.append(time.perf_counter() - begun)
            page.context.close()
        browser.close()
    print(
        f"{name}: {len(made)} people through Chromium: median {statistics.median(whole):.2f} s from link to thanks, "
        f"{1000 * statistics.median(waited):.0f} ms of it after pressing send",
        flush=True,
    )


@contextmanager
def serving(url: str, folder: Path, workers: int) -> Iterator[int]:
    """`hailong serve` on a free port, what it says in a file."""
    port = free_port()
    program = Path(sys.executable).with_name("hailong")
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(
            [str(program), "serve", "--port", str(port), "--workers", str(workers)],
            env=os.environ | {"DATABASE_URL": url, "HAILONG_INSTANCE": str(folder / "instance")},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            wait_for(port, process)
            yield port
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()


@contextmanager
def timed(name: str, what: str) -> Iterator[None]:
    """Prints how long the block took."""
    begun = time.perf_counter()
    yield
    print(f"{name}: {what}: {time.perf_counter() - begun:.1f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())
