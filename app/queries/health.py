"""Whether the database can be read."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.extensions import db
from app.models import Wave


def database_answers() -> bool:
    """True where a table of ours can be read."""
    try:
        db.session.execute(select(Wave.id).limit(1))
    except SQLAlchemyError:
        db.session.rollback()
        return False
    return True
