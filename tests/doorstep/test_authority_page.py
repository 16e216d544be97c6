"""The page from which a tablet fetches the certificate to trust."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from app.services import authority
from tests.pages import read_page


@pytest.fixture
def made(app):
    return authority.make(
        Path(app.instance_path) / authority.FOLDER, "Office", ["survey.local"], datetime.now(UTC)
    )


@pytest.mark.parametrize("language", ["vi", "en"])
def test_it_shows_the_fingerprint_of_the_file_that_it_gives(client, made, language):
    page = client.get(f"/authority?lang={language}")
    given = client.get("/authority.crt")
    fingerprint = x509.load_der_x509_certificate(given.data).fingerprint(hashes.SHA256()).hex(" ").upper()
    assert fingerprint in page.text
    assert given.mimetype == "application/x-x509-ca-cert"
    assert f'lang="{language}"' in page.text
    read_page(page.text)


@pytest.mark.parametrize("address", ["/authority", "/authority.crt"])
def test_without_an_authority_there_is_no_page(client, address):
    assert client.get(address).status_code == 404


def test_no_key_is_ever_given(client, made):
    given = client.get("/authority.crt").data + client.get("/authority").data
    assert b"PRIVATE" not in given


def test_health_warns_of_a_certificate_that_ends_soon(app, made):
    app.config["CLOCK"] = lambda: made.server_until - timedelta(days=3)
    reply = app.test_client().get("/health")
    assert (reply.status_code, reply.text.splitlines()[0]) == (200, "ok")
    assert "in 3 days; run `hailong authority renew`" in reply.text


def test_health_is_silent_while_there_is_time(client, made):
    assert client.get("/health").text == "ok\n"
