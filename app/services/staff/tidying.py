"""The daily tidying of staff surveys: every answer that waits gets another place."""

from __future__ import annotations

from sqlalchemy import select

from app.extensions import db
from app.models import Collector, SigningKey, Wave
from app.services.staff.inviting import pool_of


def tidy() -> int:
    """Reshuffle and seal anew the pools of waves that are not frozen yet; how many there were.

    Two copies that were taken on different days then agree in no place, whatever was answered between them.
    """
    waiting = select(Collector.id).join(SigningKey).join(Wave).where(Wave.anonymous, Wave.frozen_at.is_(None))
    numbers = list(db.session.scalars(waiting))
    # No transaction of the database stays open while files are written.
    db.session.rollback()
    for number in numbers:
        pool_of(number).reshuffle()
    return len(numbers)
