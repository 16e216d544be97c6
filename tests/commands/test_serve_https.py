"""`hailong authority` and `hailong serve --https`, called as an office calls them."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import ssl
import subprocess
import time
from contextlib import suppress

import pytest
from cryptography import x509

from tests.browser.offline.conftest import HAILONG, free_port


@pytest.fixture
def office(tmp_path, migrated_file):
    """Runs `hailong` on an instance of its own; gives (exit code, stdout, stderr)."""
    instance = tmp_path / "instance"

    def run(*arguments):
        done = subprocess.run(
            [HAILONG, *map(str, arguments)], env=run.environment, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout, done.stderr

    run.instance = instance
    run.environment = {
        **os.environ,
        "HAILONG_INSTANCE": str(instance),
        "DATABASE_URL": f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'test.sqlite')}",
    }
    return run


@pytest.fixture
def ports():
    return free_port(), free_port()


@pytest.fixture
def served(office, ports, tmp_path):
    """The server, with an authority for 127.0.0.1."""
    assert office("authority", "make", "--host", "127.0.0.1")[0] == 0
    command = [HAILONG, "serve", "--https", "--port", str(ports[0]), "--http-port", str(ports[1])]
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            command, env=office.environment, stdout=log, stderr=log, start_new_session=True
        )
    deadline = time.monotonic() + 60
    while True:
        with suppress(OSError):
            certificate_of(office, ports[0])
            break
        assert time.monotonic() < deadline, (tmp_path / "log").read_text()
        time.sleep(0.1)
    yield ports
    os.killpg(process.pid, signal.SIGTERM)
    process.wait(30)


def certificate_of(office, port):
    """The certificate that the server shows to a client that believes the authority."""
    believing = ssl.create_default_context(cafile=office.instance / "authority" / "root.crt")
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
        believing.wrap_socket(plain, server_hostname="127.0.0.1") as secure,
    ):
        return x509.load_der_x509_certificate(secure.getpeercert(binary_form=True))


def plain(port, method, path, body=None):
    """(status, Location, body) of the plain-http port."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, body)
    reply = connection.getresponse()
    found = reply.status, reply.getheader("Location"), reply.read().decode(errors="replace")
    connection.close()
    return found


def test_the_plain_port_gives_the_certificate_and_leads_all_else_to_https(office, served):
    https_port, http_port = served
    assert plain(http_port, "GET", "/")[:2] == (307, "/authority")
    status, _, page = plain(http_port, "GET", "/authority")
    assert status == 200
    assert "chứng thư" in page.lower()
    assert plain(http_port, "GET", "/authority.crt")[0] == 200
    assert plain(http_port, "GET", "/r/abc?lang=vi")[:2] == (
        307,
        f"https://127.0.0.1:{https_port}/r/abc?lang=vi",
    )
    # No header of a visitor chooses where others are led.
    connection = http.client.HTTPConnection("127.0.0.1", http_port, timeout=10)
    connection.request("GET", "/k/", headers={"Host": "bank.example"})
    assert connection.getresponse().getheader("Location") == f"https://127.0.0.1:{https_port}/k/"
    connection.close()
    status, _, said = plain(http_port, "POST", "/r/abc/responses", "{}")
    assert status == 403
    assert "nothing was stored" in said
    # A renewed certificate is shown at once; nobody restarts anything.
    before = certificate_of(office, https_port).serial_number
    assert office("authority", "renew")[0] == 0
    assert certificate_of(office, https_port).serial_number != before


def test_https_without_an_authority_says_how_to_make_one(office, ports):
    code, _, said = office("serve", "--https", "--port", ports[0], "--http-port", ports[1])
    assert code == 1
    assert said.count("\n") == 1
    assert "make one with `hailong authority make`" in said


def test_a_taken_port_of_either_kind_is_named(office, ports):
    office("authority", "make", "--host", "127.0.0.1")
    with socket.create_server(("127.0.0.1", ports[1])):
        code, _, said = office("serve", "--https", "--port", ports[0], "--http-port", ports[1])
    assert (code, said.count("\n")) == (1, 1)
    assert "--http-port" in said


def test_the_authority_is_made_once_shown_and_renewed(office, tmp_path):
    code, said, _ = office("authority", "make", "--name", "Phòng Hành chính", "--host", "survey.local")
    assert code == 0
    fingerprint = next(line for line in said.splitlines() if line.startswith("Fingerprint"))
    code, shown, _ = office("authority", "show", "--port", "8123", "--svg", tmp_path / "qr.svg")
    assert code == 0
    assert "http://survey.local:8123/authority" in shown
    assert fingerprint in shown
    assert (tmp_path / "qr.svg").read_text().startswith("<?xml")
    assert fingerprint in office("authority", "renew", "--host", "10.0.0.7")[1]
    code, _, said = office("authority", "make")
    assert (code, said.count("\n")) == (1, 1)
    code, _, said = office("authority", "renew", "--host", "bank.example")
    assert (code, said.count("\n")) == (1, 1)
    assert "bank.example" in said


@pytest.mark.parametrize("step", ["show", "renew"])
def test_without_an_authority_each_step_says_how_to_make_one(office, step):
    code, _, said = office("authority", step)
    assert (code, said.count("\n")) == (1, 1)
    assert "hailong authority make" in said


def test_a_queue_file_that_is_none_is_one_sentence(office, tmp_path):
    assert office("import-queue", tmp_path / "nowhere.json")[0] == 1
    (tmp_path / "bad.json").write_text("{}")
    code, said, problem = office("import-queue", tmp_path / "bad.json")
    assert (code, said, problem.count("\n")) == (1, "", 1)
