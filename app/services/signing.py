"""The keys with which releases are signed: the private one lies in the key folder, the public ones in the database.

The private key never lies in the instance, so that a copy of the instance signs nothing. A key that is replaced is
retired: its private half is destroyed, its public half is kept for ever, and what it signed goes on to be checked.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.config import office_day
from app.extensions import db, transaction
from app.models import ReleaseKey
from app.services import audit
from app.services.errors import ServiceError
from app.services.signatures import key_id, keys_document

FOLDER = "releases"  # inside the key folder

# Only one key is made at a time on PostgreSQL; any number that nothing else here uses.
KEY_LOCK = 1_145_326


class KeyLost(ServiceError):
    """The private key with which releases are signed cannot be read."""

    def __init__(self, path: Path):
        super().__init__(
            f"The private key {path} is not there or is another; put it back, or make a new one with `hailong keys"
            " rotate`. Nothing was released."
        )


class NoKeyFolder(ServiceError):
    """A private key cannot be kept."""

    def __init__(self, folder: Path, reason: str | None):
        super().__init__(
            f"The folder for keys {folder} cannot be written ({reason}); name another in HAILONG_KEY_FOLDER. Nothing"
            " was released."
        )


class KeyThere(ServiceError):
    """There is a key already."""

    def __init__(self, name: str):
        super().__init__(
            f"Releases are signed with key {name} already; replace it with `hailong keys rotate`."
        )


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The key that signs today."""

    key_id: str
    private: Ed25519PrivateKey


def current_key() -> SigningKey:
    """The key that signs; the first one is made when it is first needed. Raises KeyLost, NoKeyFolder."""
    found = _current(db.session())
    if found is None:
        with suppress(KeyThere):  # somebody else was quicker
            make_key()
        found = _current(db.session())
    return SigningKey(found.key_id, _private(found))


def make_key() -> ReleaseKey:
    """Make the first key; raises KeyThere, NoKeyFolder."""
    with transaction() as session:
        _alone(session)
        present = _current(session)
        if present is not None:
            raise KeyThere(present.key_id)
        return _made(session)


def rotate() -> ReleaseKey:
    """Retire the key that signs, destroy its private half, and make another; raises NoKeyFolder."""
    with transaction() as session:
        _alone(session)
        present = _current(session)
        if present is not None:
            present.retired_at = clock.now()
            audit.record(session, "key.retired", f"key {present.key_id}")
        made = _made(session)
    if present is not None:
        _destroy(key_path(present.key_id))
    return made


def list_keys() -> list[ReleaseKey]:
    """All public keys, the oldest first."""
    return list(db.session.scalars(select(ReleaseKey).order_by(ReleaseKey.id)))


def public_keys() -> dict[str, bytes]:
    """Every public key by its id."""
    return {one.key_id: one.public_key for one in list_keys()}


def published_keys() -> dict[str, object]:
    """Every public key with its days, as `/verify/keys.json` serves them."""
    return keys_document(
        {
            one.key_id: (
                one.public_key,
                office_day(one.made_at).isoformat(),
                office_day(one.retired_at).isoformat() if one.retired_at else None,
            )
            for one in list_keys()
        }
    )


def key_path(name: str) -> Path:
    """Where the private key with this id lies."""
    return Path(current_app.config["KEY_FOLDER"], FOLDER, f"{name}.pem")


def _alone(session: Session) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(KEY_LOCK)))


def _current(session: Session) -> ReleaseKey | None:
    return session.scalar(
        select(ReleaseKey).where(ReleaseKey.retired_at.is_(None)).order_by(ReleaseKey.id.desc()).limit(1)
    )


def _made(session: Session) -> ReleaseKey:
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    # The file first: a key that nobody can sign with must not be the current one.
    _write(key_path(key_id(public)), private)
    made = ReleaseKey(key_id=key_id(public), public_key=public, made_at=clock.now())
    session.add(made)
    audit.record(session, "key.made", f"key {made.key_id}")
    return made


def _write(path: Path, private: Ed25519PrivateKey) -> None:
    text = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise NoKeyFolder(path.parent, error.strerror) from None


def _private(key: ReleaseKey) -> Ed25519PrivateKey:
    path = key_path(key.key_id)
    try:
        found = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError):
        raise KeyLost(path) from None
    if not isinstance(found, Ed25519PrivateKey) or found.public_key().public_bytes_raw() != key.public_key:
        raise KeyLost(path)
    return found


def _destroy(path: Path) -> None:
    with suppress(OSError):  # it was lost already
        with path.open("r+b") as file:
            file.write(secrets.token_bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
