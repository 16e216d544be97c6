"""A real server and a real browser.

The application listens on a free port of this machine, in a thread, with an SQLite database of its own.
Chromium is Debian's; where it is not at its usual place, `CHROMIUM` names it.
"""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from playwright.sync_api import sync_playwright
from sqlalchemy import select
from werkzeug.serving import WSGIRequestHandler, make_server

from app.extensions import db
from app.models import Response
from tests.factories import make_open_wave
from tests.pages import read_page

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
# As root there is no sandbox; the rest keeps the browser from calling hosts of its own.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 390, "height": 844}
TABLET = {"width": 1280, "height": 900}


class _Quiet(WSGIRequestHandler):
    def log_request(self, *_args):
        pass


@dataclass
class Site:
    """The running application: its address, and what it has stored."""

    app: object
    address: str

    def link(self, *places, **settings):
        """The address of a link of a new open wave."""
        with self.app.app_context():
            _wave, (collector,) = make_open_wave(*places, **settings)
            return f"{self.address}/r/{collector.code}"

    def responses(self):
        with self.app.app_context():
            return list(db.session.scalars(select(Response).order_by(Response.id)))


@pytest.fixture
def site(app):
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Site(app, f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium):
    """Opens a browser of its own: `with open_page(viewport=TABLET) as page`.

    An error of a script, a message of the content policy, or a 5xx fails the test.
    """

    @contextmanager
    def opened(**options):
        context = chromium.new_context(**{"viewport": PHONE, "locale": "vi-VN"} | options)
        page = context.new_page()
        errors = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("response", lambda got: got.status >= 500 and errors.append(f"{got.status} {got.url}"))
        # A page that asks for something to be mended comes as 4xx, which the browser notes as well.
        page.on(
            "console",
            lambda said: (
                said.type == "error" and "a status of 4" not in said.text and errors.append(said.text)
            ),
        )
        yield page
        context.close()
        assert not errors

    return opened


def check(page):
    """Reads the document as it stands now, scripts having done their work; AssertionError for its faults."""
    return read_page("<!DOCTYPE html>" + page.evaluate("document.documentElement.outerHTML"))
