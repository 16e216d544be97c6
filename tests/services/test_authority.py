"""The office's own certificate authority: what it signs, what it may never sign, and when it warns."""

from __future__ import annotations

import socket
import ssl
import stat
import threading
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from app.services import authority
from app.services.hosts import HostRefused

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "instance" / "authority"


@pytest.fixture
def made(folder):
    return authority.make(folder, "Office", ["survey.local", "192.168.1.10"], NOW)


def server_certificate(found):
    return x509.load_pem_x509_certificate(found.server_file.read_bytes())


def believed(found, host):
    """Whether a client that believes the authority, and nothing else, takes the server for `host`."""
    return refusal(found, host) is None


def refusal(found, host):
    """OpenSSL's reason not to take the server for `host`; None where it does."""
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(found.server_file)
    client = ssl.create_default_context(cadata=found.certificate)
    ours, theirs = socket.socketpair()

    def answer():
        try:
            server.wrap_socket(theirs, server_side=True).close()
        except (ssl.SSLError, OSError):
            theirs.close()

    thread = threading.Thread(target=answer)
    thread.start()
    try:
        client.wrap_socket(ours, server_hostname=host).close()
        return None
    except ssl.SSLCertVerificationError as error:
        ours.close()
        return error.verify_message
    finally:
        thread.join()


@pytest.mark.parametrize("host", ["survey.local", "192.168.1.10", "localhost", "127.0.0.1"])
def test_who_believes_the_authority_believes_the_server(made, host):
    assert believed(made, host)


def test_the_certificate_is_for_its_own_hosts_only(made):
    assert not believed(made, "192.168.1.11")


def test_a_signature_for_a_foreign_name_is_worth_nothing(made, folder):
    # Whoever steals the key may sign a bank's name, and no tablet takes it.
    key = serialization.load_pem_private_key((folder / "root.key").read_bytes(), None)
    names = x509.SubjectAlternativeName([x509.DNSName("bank.example")])
    own = server_certificate(made)
    server_key = serialization.load_pem_private_key(made.server_file.read_bytes(), None)
    forged = (
        x509.CertificateBuilder()
        .subject_name(own.subject)
        .issuer_name(own.issuer)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(own.not_valid_before_utc)
        .not_valid_after(own.not_valid_after_utc)
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    made.server_file.write_bytes(
        server_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + forged.public_bytes(serialization.Encoding.PEM)
    )
    assert refusal(made, "bank.example") == "permitted subtree violation"


def test_keys_are_readable_by_their_owner_alone(made, folder):
    for path in (folder / "root.key", made.server_file):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_server_certificate_lives_no_longer_than_browsers_take(made):
    certificate = server_certificate(made)
    assert certificate.not_valid_after_utc - certificate.not_valid_before_utc <= timedelta(days=397)


def test_the_authority_lives_ten_years(made):
    assert timedelta(days=3650) < made.root_until - NOW < timedelta(days=3660)


def test_a_second_authority_is_refused_and_the_first_is_untouched(made, folder):
    with pytest.raises(authority.AuthorityExists):
        authority.make(folder, "Other", ["survey.local"], NOW)
    assert authority.read(folder) == made


def test_renewing_keeps_the_authority_and_the_hosts(made, folder):
    later = authority.renew(folder, None, NOW + timedelta(days=300))
    assert (later.fingerprint, later.hosts) == (made.fingerprint, made.hosts)
    assert later.server_until > made.server_until


def test_renewing_may_give_another_private_address_and_a_name_below(made, folder):
    moved = authority.renew(folder, ["10.20.30.40", "desk.survey.local"], NOW)
    assert believed(moved, "10.20.30.40")
    assert believed(moved, "desk.survey.local")


@pytest.mark.parametrize("host", ["bank.example", "8.8.8.8", "mysurvey.local"])
def test_renewing_for_a_foreign_host_is_refused_and_changes_nothing(made, folder, host):
    with pytest.raises(authority.OutsideAuthority, match="may not vouch"):
        authority.renew(folder, [host], NOW)
    assert authority.read(folder) == made


def test_a_public_address_given_at_the_beginning_is_vouched_for(folder):
    assert believed(authority.make(folder, "Office", ["203.0.113.5"], NOW), "203.0.113.5")


def test_a_server_certificate_never_outlives_its_authority(made, folder):
    late = authority.renew(folder, None, made.root_until - timedelta(days=5))
    assert late.server_until == made.root_until
    with pytest.raises(authority.AuthorityOver):
        authority.renew(folder, None, made.root_until + timedelta(days=1))


def test_nothing_is_said_while_there_is_time_and_a_sentence_before_the_end(made):
    assert authority.warnings(made, made.server_until - timedelta(days=31)) == ()
    (soon,) = authority.warnings(made, made.server_until - timedelta(days=12))
    assert "in 12 days; run `hailong authority renew`" in soon
    (over,) = authority.warnings(made, made.server_until + timedelta(days=1))
    assert "tablets refuse this server" in over


def test_reading_without_an_authority_says_how_to_make_one(folder):
    with pytest.raises(authority.NoAuthority, match="hailong authority make"):
        authority.read(folder)


def test_a_damaged_file_is_named(made, folder):
    (folder / "root.crt").write_text("nothing")
    with pytest.raises(authority.AuthorityDamaged, match=r"root\.crt"):
        authority.read(folder)


@pytest.mark.parametrize(
    "host", ["http://survey.local", "survey.local:8443", "", "*.local", "192.168.1.300", "0.0.0.0", "quầy.vn"]
)
def test_what_no_certificate_can_name_is_refused_and_nothing_is_made(folder, host):
    with pytest.raises(HostRefused):
        authority.make(folder, "Office", [host], NOW)
    assert not folder.exists()
