"""Keys of programs: by their hash, and those of one account."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.extensions import db
from app.models import ApiToken


def find_token(token_hash: str) -> ApiToken | None:
    """The key with this hash, with its owner at hand; it may have ended."""
    return db.session.scalar(
        select(ApiToken).where(ApiToken.token_hash == token_hash).options(joinedload(ApiToken.user))
    )


def list_tokens(user_id: int) -> list[ApiToken]:
    """All keys that an account ever had, the newest first."""
    return list(
        db.session.scalars(select(ApiToken).where(ApiToken.user_id == user_id).order_by(ApiToken.id.desc()))
    )
