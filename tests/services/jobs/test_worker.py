"""The worker as a process of its own: killed with -9, told to stop, kept alive beside the server."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from app import create_app
from app.extensions import db
from app.queries.jobs import get_job
from app.services import jobs
from tests.services.jobs import kinds

assert kinds  # registers the kinds

# `hailong work`, with the kinds of these tests.
PROGRAM = (
    "import tests.services.jobs.kinds, app.services.jobs.consumer as c, app, sys; c.work(app.create_app(), 1)"
)


@pytest.fixture
def office(tmp_path, migrated_file):
    """An application whose worker is another process."""
    url = f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'test.sqlite')}"
    app = create_app({"INSTANCE_PATH": tmp_path / "instance", "SQLALCHEMY_DATABASE_URI": url})
    app.environment = {
        **os.environ,
        "HAILONG_INSTANCE": str(tmp_path / "instance"),
        "DATABASE_URL": url,
        "PYTHONPATH": os.getcwd(),
    }
    with app.app_context():
        yield app
        db.engine.dispose()


@pytest.fixture
def start(office):
    """Starts a worker; whichever still lives at the end is killed."""
    begun = []

    def started():
        begun.append(subprocess.Popen([sys.executable, "-c", PROGRAM], env=office.environment))
        return begun[-1]

    yield started
    for process in begun:
        if process.poll() is None:
            process.kill()
        process.wait()


def wait_for(true, seconds=120):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)


def state_of(job):
    db.session.rollback()
    return get_job(job.key).state


def test_a_job_whose_worker_is_killed_is_taken_up_by_the_next_and_one_that_is_told_to_stop_puts_it_back(
    office, start, tmp_path
):
    mark = tmp_path / "mark"
    job = jobs.enqueue("test-slow", {"mark": str(mark)})
    first = start()
    wait_for(mark.exists)
    wait_for(lambda: state_of(job) == "running")
    first.kill()
    first.wait()
    assert state_of(job) == "running", "a dead worker cannot say anything"

    second = start()
    wait_for(lambda: state_of(job) == "done")
    db.session.rollback()
    assert get_job(job.key).attempts == 2
    assert mark.read_text() == "begun\nbegun\n"

    mark.unlink()
    stopped = jobs.enqueue("test-slow", {"mark": str(mark)})
    wait_for(mark.exists)
    second.send_signal(signal.SIGTERM)
    assert second.wait(60) == 0
    assert state_of(stopped) == "waiting"
    assert jobs.folders.somebody_works() is False


def test_the_worker_beside_a_server_is_started_again_and_stops_with_it(office):
    program = (
        "import app.working as w, time\n"
        "keeper = w.Keeper({}); keeper.start()\n"
        "while True: print(keeper.pid, flush=True); time.sleep(0.1)"
    )
    server = subprocess.Popen(
        [sys.executable, "-c", program], env=office.environment, stdout=subprocess.PIPE, text=True
    )
    first = int(server.stdout.readline())
    wait_for(jobs.folders.somebody_works)
    os.kill(first, signal.SIGKILL)
    second = first
    while second == first:
        second = int(server.stdout.readline())
    wait_for(jobs.folders.somebody_works)
    server.kill()
    server.wait()
    server.stdout.close()
    wait_for(lambda: not jobs.folders.somebody_works())
    wait_for(lambda: not _lives(second))


def _lives(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # An orphan that has ended may wait for whoever inherited it.
    with open(f"/proc/{pid}/stat") as file:
        return file.read().rpartition(")")[2].split()[0] != "Z"
