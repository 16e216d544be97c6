"""The agencies that a respondent can rate: those of the wave's tree date."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from app.extensions import db
from app.models import Agency
from app.queries.agencies import valid_on
from surveys.instrument import Instrument
from surveys.rating import Agencies, rated_items


def find_rated_agencies(instrument: Instrument, on: date, own: int | None) -> Agencies | None:
    """Every agency valid on this day; `own` is the row number of the respondent's, None where he has none.

    None where the instrument asks for no agency: then nothing is read.
    """
    if not rated_items(instrument):
        return None
    codes = {
        row.id: row.code
        for row in db.session.execute(select(Agency.id, Agency.code).where(valid_on(Agency, on)))
    }
    return Agencies(frozenset(codes.values()), codes.get(own) if own is not None else None)
