"""Contacts: where invitations are sent by e-mail, with tokens that nobody can read without the wave's key.

The key lies in the key folder, one file per wave, outside the instance: a copy of the instance opens no invitation.
Contacts and key are destroyed when the wave closes.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.models import Contact, Destruction, Invitation, Wave
from app.services.staff import pages

KEY_BYTES = 32
NONCE_BYTES = 12
BATCH = 500


def keep(session: Session, wave: Wave, contacts: Mapping[int, tuple[str, str, str]]) -> None:
    """Keep (address, language, token) of these invitations, by row number, within the caller's transaction."""
    key = AESGCM(_make_key(wave.id))
    rows = [
        {
            "invitation_id": number,
            "address": address,
            "language": language,
            "token": _seal(key, number, token),
        }
        # In the order of the invitations, which is drawn: not that of the list.
        for number, (address, language, token) in sorted(contacts.items())
    ]
    for start in range(0, len(rows), BATCH):
        session.execute(insert(Contact), rows[start : start + BATCH])


def token_of(wave: Wave, contact: Contact) -> str:
    """The token of a contact, opened for sending."""
    nonce, sealed = contact.token[:NONCE_BYTES], contact.token[NONCE_BYTES:]
    return (
        AESGCM(key_path(wave.id).read_bytes()).decrypt(nonce, sealed, _bound(contact.invitation_id)).decode()
    )


def forget(session: Session, wave: Wave) -> int:
    """Delete the contacts of a wave within the caller's transaction; how many there were."""
    pages.overwrite_deleted(session)
    own = select(Invitation.id).where(Invitation.wave_id == wave.id)
    return session.execute(
        delete(Contact).where(Contact.invitation_id.in_(own)).execution_options(synchronize_session=False)
    ).rowcount


def destroy(session: Session, wave: Wave, on: date, reason: str) -> int:
    """Delete the contacts and write that down; how many there were. When this is committed, `finish`."""
    count = forget(session, wave)
    if count:
        session.add(Destruction(wave_id=wave.id, on=on, kind="contacts", count=count, reason=reason))
    return count


def finish(wave: Wave, count: int) -> None:
    """After the contacts were deleted: destroy the wave's key, and what the database's pages still hold of them."""
    destroy_key(wave.id)
    if count:
        pages.rewrite(("contact",))


def destroy_key(wave_id: int) -> bool:
    """Overwrite the wave's key and remove it; whether there was one."""
    path = key_path(wave_id)
    with suppress(FileNotFoundError):
        with path.open("r+b") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
        return True
    return False


def key_path(wave_id: int) -> Path:
    """Where the wave's key lies."""
    return Path(current_app.config["KEY_FOLDER"], "contacts", f"{wave_id}.key")


def _make_key(wave_id: int) -> bytes:
    path = key_path(wave_id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(AESGCM.generate_key(8 * KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
    return path.read_bytes()


def _seal(key: AESGCM, invitation_id: int, token: str) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + key.encrypt(nonce, token.encode(), _bound(invitation_id))


def _bound(invitation_id: int) -> bytes:
    """A token that is moved to another invitation does not open."""
    return f"hailong invitation {invitation_id}".encode()
