"""Schemathesis asks everything that the description allows, and much that it forbids, of a running server.

Both runs are studies: the short one has one seed, `make test-api` asks many times more with a seed of its own.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from app.api import openapi
from app.queries.audit import iter_entries
from app.services.audit_checking import check


class Quiet(WSGIRequestHandler):
    """A server that prints nothing."""

    protocol_version = "HTTP/1.1"

    def log(self, *_arguments):
        pass


@pytest.fixture(scope="module")
def address(world):
    """Where the API of the released wave is served."""
    app, _keys = world
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/api/v1"
    server.shutdown()
    thread.join()
    server.server_close()


def schemathesis(address, key, folder, *options):
    """Ask by the description; where an answer breaks it, the test fails with what was asked."""
    done = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"),
            "run",
            f"{address}/openapi.json",
            "--url",
            address,
            "--header",
            f"Authorization: Bearer {key}",
            "--checks",
            "all",
            "--no-color",
            *options,
        ],
        capture_output=True,
        text=True,
        cwd=folder,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert f"Tested: {len(openapi.operations())}" in done.stdout


@pytest.mark.study
def test_the_api_keeps_its_description(address, world, tmp_path):
    app, keys = world
    schemathesis(
        address, keys["whole"], tmp_path, "--seed", "6", "--max-examples", "2", "--phases", "examples,fuzzing"
    )
    with app.app_context():
        assert check(iter_entries()).whole


@pytest.mark.study
@pytest.mark.parametrize("who", ["whole", "north"])
def test_it_keeps_it_whatever_is_asked(address, world, tmp_path, who):
    _app, keys = world
    schemathesis(address, keys[who], tmp_path, "--max-examples", "30")
