"""A tablet and a server that can both die, over https with the office's own authority.

The server is `hailong serve --https` in a process of its own, and "no network" is that process killed. The tablet
is a Chromium with a profile on disk, killed with SIGKILL. Chromium's own store of trusted authorities needs a
program that a fresh machine lacks (certutil), so the browser is told to trust the server's key by its hash
(`--ignore-certificate-errors-spki-list`): that the authority's signature is right is shown with OpenSSL in
tests/services/test_authority.py.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import uuid
from base64 import b64encode
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count
from pathlib import Path
from urllib.request import urlopen

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from playwright.sync_api import Error
from sqlalchemy import select

from app import create_app
from app.extensions import db
from app.models import Collector, Response
from app.services import authority, fieldwork
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.factories import make_open_wave

HAILONG = Path(sys.executable).with_name("hailong")
# A name for this machine that browsers do not take for safe without https, as they take 127.0.0.1.
ELSEWHERE = "--host-resolver-rules=MAP survey.test 127.0.0.1"

_numbers = count(1)

# `hailong` with another folder of static files, which is its first argument.
OTHER_RELEASE = """
import sys
import app
from app.cli import main

folder, make = sys.argv.pop(1), app.create_app

def other(config=None):
    made = make(config)
    made.static_folder = folder
    return made

app.create_app = other
main()
"""

OPEN_QUEUE = """async () => {
  const { openQueue } = await import("/static/kiosk/queue.js");
  window.queue = await openQueue();
}"""


def sheet(collector, number=0, **changes):
    """What the kiosk puts into its queue for one citizen."""
    given = {
        "id": str(uuid.uuid4()),
        "collector": collector,
        "instrument": "tiny@1",
        "language": "vi",
        "started": "2026-03-05T01:00:00.000Z",
        "sent": "2026-03-05T01:04:00.000Z",
        "answers": {
            "visited": "yes",
            "polite": "123"[number % 3],
            "heard": ["tv"],
            "words": f"Phiếu {number}",
        },
    }
    return given | changes


def put(page, sheets):
    """Keep them through the queue of the page, one after another, without sending."""
    return page.evaluate(
        """async (sheets) => {
          const kept = [];
          for (const one of sheets) kept.push(await queue.put(one));
          return kept;
        }""",
        sheets,
    )


def wait_for(page, expression, seconds=30):
    """Wait until it is true. (The browser's own way would need `unsafe-eval` in the content policy.)"""
    deadline = time.monotonic() + seconds
    while not _holds(page, expression):
        assert time.monotonic() < deadline, f"{expression} has not come true in {seconds} s"
        page.wait_for_timeout(50)


def _holds(page, expression):
    try:
        return page.evaluate(expression)
    except Error as error:
        # The page is on its way to another.
        if "context was destroyed" not in str(error):
            raise
        return False


def wait_until_empty(page):
    wait_for(page, "queue.size().then((size) => size === 0)", 40)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class HttpsSite:
    """`hailong serve --https` on an instance of its own; `start` and `kill` as often as one likes."""

    def __init__(self, folder, migrated_file):
        self.folder = folder
        self.instance = folder / "instance"
        self.authority = authority.make(
            self.instance / authority.FOLDER, "Tests", ["127.0.0.1"], datetime.now(UTC)
        )
        self.url = f"sqlite:///{shutil.copy(migrated_file, self.instance / 'hailong.sqlite')}"
        self.app = create_app({"INSTANCE_PATH": self.instance, "SQLALCHEMY_DATABASE_URI": self.url})
        self.port, self.http_port = free_port(), free_port()
        self.address = f"https://127.0.0.1:{self.port}"
        self.process = None

    def start(self, static=None):
        """Run it; another folder of static files is another release."""
        environment = {**os.environ, "HAILONG_INSTANCE": str(self.instance), "DATABASE_URL": self.url}
        command = [HAILONG] if static is None else [sys.executable, "-c", OTHER_RELEASE, str(static)]
        command += ["serve", "--https", "--port", str(self.port), "--http-port", str(self.http_port)]
        with (self.folder / "server.log").open("a") as log:
            self.process = subprocess.Popen(
                command, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        self.wait()

    def wait(self):
        trusting = ssl.create_default_context(cadata=self.authority.certificate)
        deadline = time.monotonic() + 30
        while True:
            with suppress(OSError):
                urlopen(f"{self.address}/health", timeout=5, context=trusting).close()
                return
            assert time.monotonic() < deadline, (self.folder / "server.log").read_text()
            time.sleep(0.1)

    def kill(self):
        """SIGKILL to the server and its workers, as a power cut would."""
        if self.process:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def collector(self, **settings):
        """The code of a kiosk link of a new open wave."""
        with self.app.app_context():
            _wave, (made,) = make_open_wave(code=f"wave-{next(_numbers)}", **settings)
            made.mode = "kiosk"
            db.session.commit()
            return made.code

    def close_wave_of(self, collector):
        with self.app.app_context():
            fieldwork.close_wave(
                db.session.scalars(select(Collector).where(Collector.code == collector)).one().wave
            )

    def rows(self, collector):
        """The stored responses of a collector."""
        with self.app.app_context():
            wanted = select(Collector.id).where(Collector.code == collector)
            found = select(Response).where(Response.collector_id.in_(wanted)).order_by(Response.id)
            return list(db.session.scalars(found))


def trust_in(server_file):
    """The browser's flag that trusts the key of this certificate."""
    certificate = x509.load_pem_x509_certificate(server_file.read_bytes())
    key = certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return f"--ignore-certificate-errors-spki-list={b64encode(sha256(key).digest()).decode()}"


def watched(page, errors):
    """The page; an error of a script, or of the content policy, is added to `errors`."""
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: "Content Security Policy" in said.text and errors.append(said.text))
    return page


class Tablet:
    """A browser with a profile that outlives it."""

    def __init__(self, browser_type, profile, trust):
        self._type, self._profile, self._trust = browser_type, profile, trust
        self.context = None
        self.errors = []

    def start(self, **options):
        self.context = self._type.launch_persistent_context(
            str(self._profile),
            executable_path=CHROMIUM,
            args=[*FLAGS, self._trust],
            **{"viewport": {"width": 820, "height": 1180}, "locale": "vi-VN"} | options,
        )
        return self.page()

    def page(self):
        """A new tab; an error of a script in it ends up in `errors`."""
        return watched(self.context.new_page(), self.errors)

    def kill(self):
        """SIGKILL to the browser, in the middle of whatever it does."""
        os.kill(self._process(), signal.SIGKILL)
        with suppress(Exception):
            self.context.close()
        self.context = None

    def stop(self):
        if self.context:
            self.context.close()
            self.context = None

    def _process(self):
        wanted = f"--user-data-dir={self._profile}"
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):
                words = path.read_text().split("\0")
                if wanted in words and not any(word.startswith("--type=") for word in words):
                    return int(path.parent.name)
        raise AssertionError("The browser's process is not there.")


@pytest.fixture(scope="session")
def https_server(migrated_file, tmp_path_factory):
    made = HttpsSite(tmp_path_factory.mktemp("https"), migrated_file)
    made.start()
    yield made
    made.kill()
    with made.app.app_context():
        db.engine.dispose()


@pytest.fixture
def https_site(https_server):
    """The server, running at the beginning of every test."""
    if https_server.process is None:
        https_server.start()
    return https_server


@pytest.fixture
def tablet(chromium, https_site, tmp_path):
    made = Tablet(chromium.browser_type, tmp_path / "profile", trust_in(https_site.authority.server_file))
    yield made
    made.stop()
    assert not made.errors


@pytest.fixture(scope="session")
def trusting_browser(chromium, https_server):
    trust = trust_in(https_server.authority.server_file)
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=[*FLAGS, trust, ELSEWHERE])
    yield browser
    browser.close()


@pytest.fixture
def tab(trusting_browser, https_site):
    """Opens a tab of one browser with an empty queue, on a page of the server: `page = tab()`."""
    context = trusting_browser.new_context(viewport={"width": 820, "height": 1180}, locale="vi-VN")
    errors = []

    def opened():
        page = watched(context.new_page(), errors)
        assert page.goto(f"{https_site.address}/authority").ok
        page.evaluate(OPEN_QUEUE)
        return page

    yield opened
    context.close()
    assert not errors
