"""What the retention clock has destroyed."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select

from app.extensions import db
from app.models import Destruction, Wave


def destroyed_on(wave: Wave) -> date | None:
    """The day on which the wave's raw answers were first destroyed; None while they are kept."""
    return db.session.scalar(
        select(func.min(Destruction.on)).where(
            Destruction.wave_id == wave.id, Destruction.kind == "responses"
        )
    )


def list_destructions(wave: Wave) -> list[Destruction]:
    """The log of a wave, in order."""
    return list(
        db.session.scalars(
            select(Destruction).where(Destruction.wave_id == wave.id).order_by(Destruction.on, Destruction.id)
        )
    )
