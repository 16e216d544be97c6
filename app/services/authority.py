"""A certificate authority of one's own, for tablets in a network that no public authority vouches for.

A browser keeps a page for offline use only where the page came by https. An office network has no public name,
so the office makes an authority once, tells its tablets to believe it, and lets it sign the server's certificate.
What the authority may sign is limited in its own certificate (RFC 5280, 4.2.1.10): to the names given when it was
made and to private addresses. So a tablet that believes it believes nothing else because of it.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from app.services.errors import ServiceError
from app.services.hosts import Host, read_hosts

ROOT_DAYS = 3653
# Browsers take certificates of up to 398 days; one day more lies in the past, for tablets whose clock is slow.
SERVER_DAYS = 396
SLOW_CLOCK = timedelta(days=1)
WARN_BEFORE = timedelta(days=30)

FOLDER = "authority"
_ROOT, _ROOT_KEY, _SERVER = "root.crt", "root.key", "server.pem"

# Nobody on the internet has these (RFC 1918, RFC 4193, loopback): the authority may vouch for them later too, when
# the office's router has given the server another address.
_PRIVATE = tuple(
    ip_network(one)
    for one in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "fc00::/7", "::1/128")
)
_ALWAYS = ("localhost", "127.0.0.1")


@dataclass(frozen=True, slots=True)
class Authority:
    """What the office has: the authority, and the certificate it signed for the server last.

    `fingerprint` is the SHA-256 of the authority's certificate as people compare it, `certificate` its bytes (DER).
    `hosts` are those of the server's certificate, the first one first; times know their zone.
    """

    name: str
    fingerprint: str
    certificate: bytes
    root_until: datetime
    hosts: tuple[str, ...]
    server_until: datetime
    server_file: Path


class AuthorityExists(ServiceError):
    """There is one, and tablets may believe it already."""

    def __init__(self, folder: Path):
        super().__init__(
            f"There is an authority in {folder} already; `hailong authority renew` makes a new server certificate, "
            "and to begin anew move that folder away: every tablet then needs the new certificate."
        )
        self.folder = folder


class NoAuthority(ServiceError):
    """None was made on this instance."""

    def __init__(self, folder: Path):
        super().__init__(
            f"There is no certificate authority in {folder}; make one with `hailong authority make`."
        )
        self.folder = folder


class AuthorityDamaged(ServiceError):
    """A file of it cannot be read."""

    def __init__(self, path: Path, reason: str):
        super().__init__(
            f"{path} cannot be read ({reason}); put it back from a backup, or move the folder away and make anew."
        )
        self.path = path


class FolderRefused(ServiceError):
    """The disk takes no file there."""

    def __init__(self, path: Path, reason: str):
        super().__init__(
            f"{path} cannot be written ({reason}); mend its rights, or name another folder in HAILONG_INSTANCE."
        )
        self.path = path


class OutsideAuthority(ServiceError):
    """The authority may not vouch for a host."""

    def __init__(self, host: str):
        super().__init__(
            f"This authority may not vouch for {host}: it was made for other names; leave it out, or move the "
            "authority's folder away and make one that knows this name."
        )
        self.host = host


class AuthorityOver(ServiceError):
    """The authority's own certificate has ended."""

    def __init__(self, until: datetime):
        super().__init__(
            f"The authority ended on {until:%Y-%m-%d}; move its folder away and make one anew: every tablet then "
            "needs the new certificate."
        )
        self.until = until


def make(folder: Path, name: str, hosts: Sequence[str], now: datetime) -> Authority:
    """Make an authority called `name` in `folder`, and a server certificate for `hosts` (names or addresses).

    The folder appears whole or not at all. Raises AuthorityExists, FolderRefused, app.services.hosts.HostRefused.
    """
    wanted = _with_local(read_hosts(hosts))
    if folder.exists():
        raise AuthorityExists(folder)
    key = ec.generate_private_key(ec.SECP256R1())
    root = _root(key, name.strip()[:64] or "Hailong", wanted, now)
    draft = folder.with_name(f"{folder.name}.{secrets.token_hex(4)}")
    try:
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft.mkdir(mode=0o700)
        _write(draft / _ROOT_KEY, _private(key))
        _write(draft / _ROOT, root.public_bytes(serialization.Encoding.PEM))
        _write(draft / _SERVER, _server(key, root, wanted, now))
        draft.rename(folder)
    except OSError as error:
        shutil.rmtree(draft, ignore_errors=True)
        raise FolderRefused(folder, _reason(error)) from None
    return read(folder)


def renew(folder: Path, hosts: Sequence[str] | None, now: datetime) -> Authority:
    """Sign a new server certificate, for `hosts`, or for those of the present one where None is given.

    A running server takes it up with its next connection. Raises NoAuthority, AuthorityDamaged, AuthorityOver,
    OutsideAuthority, FolderRefused, app.services.hosts.HostRefused.
    """
    present = read(folder)
    wanted = _with_local(read_hosts(present.hosts if hosts is None else hosts))
    if present.root_until <= now:
        raise AuthorityOver(present.root_until)
    root = x509.load_der_x509_certificate(present.certificate)
    permitted = root.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    for host in wanted:
        if not any(_covers(subtree.value, host) for subtree in permitted):
            raise OutsideAuthority(host.text)
    key = _load_key(folder / _ROOT_KEY)
    try:
        _write(folder / _SERVER, _server(key, root, wanted, now))
    except OSError as error:
        raise FolderRefused(folder / _SERVER, _reason(error)) from None
    return read(folder)


def read(folder: Path) -> Authority:
    """What lies in `folder`. Raises NoAuthority, AuthorityDamaged."""
    if not folder.exists():
        raise NoAuthority(folder)
    root = _load_certificate(folder / _ROOT)
    server = _load_certificate(folder / _SERVER)
    names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return Authority(
        name=str(root.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value),
        fingerprint=root.fingerprint(hashes.SHA256()).hex(":").upper(),
        certificate=root.public_bytes(serialization.Encoding.DER),
        root_until=root.not_valid_after_utc,
        hosts=tuple(str(one.value) for one in names),
        server_until=server.not_valid_after_utc,
        server_file=folder / _SERVER,
    )


def warnings(authority: Authority, now: datetime) -> tuple[str, ...]:
    """One sentence for each certificate that ends within 30 days or has ended."""
    said = []
    for what, until, remedy in (
        ("https certificate", authority.server_until, "run `hailong authority renew`"),
        ("certificate authority", authority.root_until, "make a new one; every tablet needs its certificate"),
    ):
        if until <= now:
            said.append(f"The {what} ended on {until:%Y-%m-%d}: tablets refuse this server; {remedy}.")
        elif until - now < WARN_BEFORE:
            said.append(f"The {what} ends on {until:%Y-%m-%d}, in {(until - now).days} days; {remedy}.")
    return tuple(said)


def _root(
    key: ec.EllipticCurvePrivateKey, name: str, hosts: Sequence[Host], now: datetime
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    public = [one for one in hosts if one.address and not any(one.address in net for net in _PRIVATE)]
    permitted: list[x509.GeneralName] = [x509.DNSName(one.text) for one in hosts if one.address is None]
    permitted += [x509.IPAddress(network) for network in _PRIVATE]
    permitted += [x509.IPAddress(ip_network(one.text)) for one in public]
    return (
        _certificate(subject, subject, key.public_key(), now, now + timedelta(days=ROOT_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .sign(key, hashes.SHA256())
    )


def _server(
    root_key: ec.EllipticCurvePrivateKey, root: x509.Certificate, hosts: Sequence[Host], now: datetime
) -> bytes:
    """Key and certificate in one file, so that a server never meets one without the other."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0].text[:64])])
    until = min(now + timedelta(days=SERVER_DAYS), root.not_valid_after_utc)
    certificate = (
        _certificate(subject, root.subject, key.public_key(), now, until)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([one.general_name for one in hosts]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False
        )
        .sign(root_key, hashes.SHA256())
    )
    return _private(key) + certificate.public_bytes(serialization.Encoding.PEM)


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    public_key: ec.EllipticCurvePublicKey,
    now: datetime,
    until: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SLOW_CLOCK)
        .not_valid_after(until)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _with_local(hosts: tuple[Host, ...]) -> tuple[Host, ...]:
    known = {one.text for one in hosts}
    return hosts + tuple(one for one in read_hosts(_ALWAYS) if one.text not in known)


def _covers(permitted: object, host: Host) -> bool:
    """Whether a permitted subtree holds the host: a name covers itself and what is below it (RFC 5280)."""
    if host.address is not None:
        return not isinstance(permitted, str) and host.address in permitted  # type: ignore[operator]
    return isinstance(permitted, str) and (host.text == permitted or host.text.endswith(f".{permitted}"))


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _load_key(path: Path) -> ec.EllipticCurvePrivateKey:
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise AuthorityDamaged(path, _reason(error)) from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise AuthorityDamaged(path, "it holds another kind of key")
    return key


def _load_certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as error:
        raise AuthorityDamaged(path, _reason(error)) from None


def _reason(error: Exception) -> str:
    return error.strerror or "no access" if isinstance(error, OSError) else "it is not what it should hold"


def _write(path: Path, content: bytes) -> None:
    """Put the file in place at once and on the disk, readable by its owner alone."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
