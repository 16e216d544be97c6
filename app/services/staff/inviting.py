"""Head counts become groups, groups become collectors with a signing key, heads become invitations."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from flask import current_app
from sqlalchemy import func, select

from app.extensions import db, transaction
from app.models import Agency, Collector, HeadCount, Invitation, SigningKey, Wave
from app.queries.agencies import get_tree
from app.queries.waves import instrument_of
from app.services import fieldwork
from app.services.errors import ServiceError
from app.services.fieldwork import LINK_ALPHABET, CollectorRow
from app.services.staff import blind
from app.services.staff.grouping import group
from app.services.staff.pool import Pool
from surveys.instrument import Instrument

# 77 bits of chance, typed in four groups of four from a slip.
TOKEN_LENGTH = 16


class NotAnonymous(ServiceError):
    """Invitations belong to waves whose answers nobody can trace."""

    def __init__(self, wave: Wave):
        super().__init__(f"Wave {wave.code} is not anonymous; plan an anonymous wave for staff.")
        self.wave = wave


class UnknownUnits(ServiceError):
    """Some units of the list are not in the wave's agency tree."""

    def __init__(self, codes: Sequence[str], wave: Wave):
        super().__init__(
            f"No agency {', '.join(codes)} exists on {wave.tree_date}; correct the codes or import the agencies."
        )
        self.codes = tuple(codes)


@dataclass(frozen=True, slots=True)
class Made:
    """One new invitation, with its token in clear for the only time."""

    unit: str
    number: int
    collector_code: str
    token: str


def invite(wave: Wave, heads: Mapping[str, int]) -> list[Made]:
    """Record the heads of each unit of a planned anonymous wave and make one invitation per head.

    `heads` counts the staff of each unit itself, by agency code. Units below the wave's threshold share the
    collector of a unit above them (`grouping.group`); the invitations are numbered within the collector in an
    order that is drawn, so that a number says nothing of the unit. Raises NotAnonymous, UnknownUnits, TooFewHeads,
    and WrongState where the wave is no longer planned.
    """
    if not wave.anonymous:
        raise NotAnonymous(wave)
    tree = get_tree(wave.tree_date)
    if strangers := sorted(code for code in heads if code not in tree):
        raise UnknownUnits(strangers, wave)
    parents = {one.code: one.parent if one.parent in tree else None for one in tree.agencies}
    groups = group(parents, heads, wave.threshold)
    wholes = sorted(set(groups.values()))
    collectors = fieldwork.add_collectors(
        wave,
        [CollectorRow(agency=whole, label=tree.label(whole, "vi"), mode="invitation") for whole in wholes],
    )
    made: list[Made] = []
    with transaction() as session:
        by_whole = dict(zip(wholes, collectors, strict=True))
        numbers = dict(session.execute(select(Agency.code, Agency.id)).all())
        for unit, count in sorted(heads.items()):
            collector = by_whole[groups[unit]] if count else None
            session.add(HeadCount(**_head(wave, numbers[unit], count, collector)))
        for whole in wholes:
            collector = by_whole[whole]
            session.add(SigningKey(collector_id=collector.id, private_key=blind.make_key()))
            units = [unit for unit in heads if groups.get(unit) == whole for _ in range(heads[unit])]
            secrets.SystemRandom().shuffle(units)
            for number, unit in enumerate(units, start=1):
                token = make_token()
                session.add(
                    Invitation(
                        wave_id=wave.id,
                        collector_id=collector.id,
                        number=number,
                        token_hash=token_hash(token),
                        state="unused",
                    )
                )
                made.append(Made(unit, number, collector.code, token))
    make_pools(wave)
    return sorted(made, key=lambda one: (one.unit, one.number))


def _head(wave: Wave, agency_id: int, heads: int, collector: Collector | None) -> dict[str, int | None]:
    return {
        "wave_id": wave.id,
        "agency_id": agency_id,
        "heads": heads,
        "collector_id": collector.id if collector else None,
    }


def make_pools(wave: Wave) -> None:
    """See that every collector has a pool with a place for each invitation."""
    room = room_for(instrument_of(wave))
    for collector_id, count in db.session.execute(
        select(Invitation.collector_id, func.count())
        .where(Invitation.wave_id == wave.id)
        .group_by(Invitation.collector_id)
    ):
        pool_of(collector_id).make(count, room)


def pool_of(collector_id: int) -> Pool:
    """Where the answers of this collector wait, and where their key lies."""
    return Pool(
        Path(current_app.config["POOL_FOLDER"], f"{collector_id}.pool"),
        Path(current_app.config["KEY_FOLDER"], f"{collector_id}.key"),
    )


def room_for(instrument: Instrument) -> int:
    """How many bytes the longest answers to this instrument can take: every text full, three bytes a sign."""
    text = sum(3 * int(item.max or 2000) + 100 for item in instrument.items if item.type == "text")
    codes = sum(
        64 + sum(len(option.code) + 4 for option in instrument.options(item)) * (item.type == "multi")
        for item in instrument.items
        if item.type != "text"
    )
    return 256 + text + 2 * codes


def make_token() -> str:
    """A new token, as it stands in a link and on a slip."""
    return "".join(secrets.choice(LINK_ALPHABET) for _ in range(TOKEN_LENGTH))


def token_hash(token: str) -> str:
    """What the database keeps of a token; forgiving about blanks, dashes and capitals."""
    plain = "".join(sign for sign in token.lower() if sign.isalnum())
    return sha256(f"hailong invitation {plain}".encode()).hexdigest()
