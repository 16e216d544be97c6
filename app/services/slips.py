"""Receipt slips: sheets of one-time codes for a desk, so that one transaction gives one answer.

A code is drawn once, goes onto paper, and is gone: the database keeps a keyed hash, so that neither a copy of
it nor a look into it gives anybody a slip. Storing an answer uses the slip up (app/services/responding.py).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Literal

from flask import current_app
from sqlalchemy import func, select

from app.extensions import db, transaction
from app.models import Collector, Slip
from app.services.spoken import SpokenError

# Signs that survive being read from paper: what looks alike (O and 0; I, L and 1) is one sign, and no U.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8
PER_SHEET = 24
MOST_SHEETS = 50

# Marks a sentence for the catalogue; it is translated where the page is made.
_ = str

_READ_AS = str.maketrans("OIL", "011")


class SheetsRefused(SpokenError):
    """No sheet was made."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet as it is printed, once: its number at this link, and its codes in the order of their numbers."""

    number: int
    codes: tuple[str, ...]


def normalise(typed: str) -> str:
    """A code as it was meant: without blanks and dashes, in capitals, O read as 0 and I or L as 1."""
    return "".join(sign for sign in typed.upper() if sign.isalnum()).translate(_READ_AS)


def code_hash(typed: str) -> str:
    """What the database keeps of a code, in hexadecimal; however the code was typed."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, b"hailong slip " + normalise(typed).encode(), hashlib.sha256).hexdigest()


def find_slip(collector: Collector, typed: str) -> Slip | None:
    """The slip of this link with this code, used or not."""
    return db.session.scalar(
        select(Slip).where(Slip.code_hash == code_hash(typed), Slip.collector_id == collector.id)
    )


def standing(collector: Collector, typed: str) -> Literal["good", "used", "unknown"]:
    """Whether this code opens this link now. Nothing is used up by asking."""
    slip = find_slip(collector, typed)
    if slip is None:
        return "unknown"
    return "used" if slip.response_id else "good"


def make_sheets(collector: Collector, sheets: int = 1) -> list[Sheet]:
    """Draw new codes for this desk; from now on its link opens only with one.

    The codes are in what is returned and nowhere else. Raises SheetsRefused.
    """
    if not 1 <= sheets <= MOST_SHEETS:
        raise SheetsRefused(_("Choose from 1 to %(most)s sheets."), most=MOST_SHEETS)
    with transaction() as session:
        # Held, so that two who make sheets at once do not give both the same number.
        session.execute(select(Collector.id).where(Collector.id == collector.id).with_for_update())
        if collector.state == "revoked":
            raise SheetsRefused(
                _("Link %(number)s is no longer in use; make slips for another."), number=collector.number
            )
        if collector.mode not in {"qr", "kiosk"}:
            raise SheetsRefused(
                _("Only a link for phones or tablets takes slips; link %(number)s is another."),
                number=collector.number,
            )
        last = session.scalar(select(func.max(Slip.sheet)).where(Slip.collector_id == collector.id)) or 0
        made = [Sheet(last + step, _draw_codes()) for step in range(1, sheets + 1)]
        session.add_all(
            Slip(collector_id=collector.id, sheet=sheet.number, number=number, code_hash=code_hash(code))
            for sheet in made
            for number, code in enumerate(sheet.codes, start=1)
        )
        collector.slips = True
        return made


def set_door(collector: Collector, *, slips: bool) -> None:
    """Whether the link opens only with a slip. Slips that were made stay good. Raises SheetsRefused."""
    with transaction() as session:
        if slips and not session.scalar(
            select(func.count()).select_from(Slip).where(Slip.collector_id == collector.id)
        ):
            raise SheetsRefused(
                _("Link %(number)s has no slips yet; make a sheet first."), number=collector.number
            )
        collector.slips = slips


def count_slips(collector_ids: list[int]) -> dict[int, tuple[int, int]]:
    """For each of these links that has slips: how many were made, and how many are used."""
    rows = db.session.execute(
        select(Slip.collector_id, func.count(), func.count(Slip.response_id))
        .where(Slip.collector_id.in_(collector_ids))
        .group_by(Slip.collector_id)
    )
    return {collector: (made, used) for collector, made, used in rows}


def _draw_codes() -> tuple[str, ...]:
    codes: dict[str, None] = {}
    while len(codes) < PER_SHEET:
        codes["".join(secrets.choice(ALPHABET) for _ in range(LENGTH))] = None
    return tuple(codes)
