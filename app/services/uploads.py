"""Files between their preview and their confirmation: kept a day, for their sender alone, and taken in once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app import clock
from app.extensions import db, transaction
from app.models import Upload
from app.services.spoken import SpokenError

# Marks a sentence for the catalogue; it is translated where it is said.
_ = str

KEPT_FOR = timedelta(days=1)

GONE = _("This file is not kept any more: it was taken in, or its day is over. Send it again.")


class UploadGone(SpokenError):
    """The file is not there any more: it was taken in, or its day is over; or it is somebody else's."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that waits: its address, its sender, what it is, its name and its bytes."""

    key: str
    user_id: int
    kind: str
    name: str
    content: bytes


def keep(user_id: int, kind: str, name: str, content: bytes) -> Kept:
    """Keep a file until its sender confirms; files whose day is over go."""
    with transaction() as session:
        session.execute(delete(Upload).where(Upload.made_at < clock.now() - KEPT_FOR))
        kept = Kept(secrets.token_hex(16), user_id, kind, name[:255], content)
        session.add(
            Upload(
                key=kept.key,
                user_id=user_id,
                kind=kind,
                name=kept.name,
                content=content,
                made_at=clock.now(),
            )
        )
        return kept


def find(user_id: int, kind: str, key: str) -> Kept:
    """The file that this person keeps under this key. Raises UploadGone."""
    found = db.session.scalar(
        select(Upload).where(Upload.key == key, Upload.user_id == user_id, Upload.kind == kind)
    )
    if found is None or found.made_at < clock.now() - KEPT_FOR:
        raise UploadGone(GONE)
    return Kept(found.key, found.user_id, found.kind, found.name, found.content)


def spend(session: Session, kept: Kept) -> None:
    """Take the file away in the transaction that takes it in. Raises UploadGone where another was quicker."""
    gone = session.execute(
        delete(Upload).where(
            Upload.key == kept.key,
            Upload.user_id == kept.user_id,
            Upload.kind == kept.kind,
            Upload.made_at >= clock.now() - KEPT_FOR,
        )
    )
    if gone.rowcount != 1:
        raise UploadGone(GONE)
