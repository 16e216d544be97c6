"""Draining: when a wave is frozen, all its waiting answers are written at once, so that none can be told apart.

In one transaction, in an order that is drawn, with numbers that are drawn, on one day. Before that
- groups from which fewer answered than the threshold are counted further up (`grouping`);
- profile items that no result is crossed with are left out, and rare combinations of the others are withheld
  (`rarity`);
- open comments are cut off, screened, and put under an agency further up, in an order of their own.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from app.config import office_day
from app.extensions import db
from app.models import Agency, Collector, Comment, HeadCount, InstrumentVersion, Response, Wave
from app.queries.agencies import AgencyTree, get_tree, list_agencies
from app.queries.waves import get_instrument
from app.services.responding import receipt
from app.services.staff.answering import read
from app.services.staff.grouping import TooFewHeads, group
from app.services.staff.inviting import pool_of
from app.services.staff.rarity import Profile, withhold
from app.services.staff.screening import screen
from surveys import answers as answering
from surveys.instrument import Instrument

_LARGEST_ID = 2**62


@dataclass(frozen=True, slots=True)
class _Answer:
    """One answer with the collector it is counted under."""

    collector: Collector
    version: InstrumentVersion
    instrument: Instrument
    answers: dict[str, Any]


def drain(session: Session, wave: Wave, now: datetime) -> None:
    """Write every waiting answer of an anonymous wave as a counted response, within the caller's transaction.

    The pools are left as they are: `forget` them when the transaction is committed. Where fewer people answered
    in all than the threshold, nothing is written, and the answers are destroyed with the pools.
    """
    collectors = _collectors(session, wave)
    waiting = {one.id: [kept.payload for kept in pool_of(one.id).all() if kept.payload] for one in collectors}
    tree = get_tree(wave.tree_date)
    by_code = {one.agency.code: one for one in collectors}
    counts = {one.agency.code: len(waiting[one.id]) for one in collectors}
    try:
        groups = group(_parents(tree), counts, wave.threshold)
    except TooFewHeads:
        return
    standing = {
        whole: by_code.get(whole) or _stand_for(session, wave, whole) for whole in set(groups.values())
    }
    _move_heads(session, collectors, standing, groups)
    versions = _versions(session, wave)
    answers = [
        _Answer(standing[groups[one.agency.code]], *versions[identity], given)
        for one in collectors
        for identity, given in map(read, waiting[one.id])
    ]
    secrets.SystemRandom().shuffle(answers)
    comments = _cut_comments(wave, tree, answers)
    _withhold(wave, answers)
    day = _monday(office_day(now))
    if answers:
        session.execute(insert(Response), [_row(wave, one, day) for one in answers])
    if comments:
        session.execute(insert(Comment), comments)


def forget(wave: Wave) -> None:
    """Forget the waiting answers of a wave that was drained, and their keys.

    Which credentials have answered stays known.
    """
    for collector in _collectors(db.session(), wave):
        pool_of(collector.id).empty()


def _collectors(session: Session, wave: Wave) -> list[Collector]:
    return list(
        session.scalars(
            select(Collector)
            .where(Collector.wave_id == wave.id, Collector.mode == "invitation")
            .order_by(Collector.number)
        )
    )


def _versions(session: Session, wave: Wave) -> dict[str, tuple[InstrumentVersion, Instrument]]:
    found = session.scalars(
        select(InstrumentVersion).where(InstrumentVersion.code == wave.instrument_version.code)
    )
    return {f"{one.code}@{one.version}": (one, get_instrument(one.id, one.sha256)) for one in found}


def _parents(tree: AgencyTree) -> dict[str, str | None]:
    return {one.code: one.parent if one.parent in tree else None for one in tree.agencies}


def _stand_for(session: Session, wave: Wave, whole: str) -> Collector:
    """A collector for an agency under which answers are counted though nobody was invited to it; no link opens it."""
    last = session.scalar(select(func.max(Collector.number)).where(Collector.wave_id == wave.id)) or 0
    agency = session.scalars(select(Agency).where(Agency.code == whole)).one()
    collector = Collector(
        wave=wave,
        number=last + 1,
        code=secrets.token_hex(16),
        agency=agency,
        label=f"{whole} (counted further up)",
        mode="invitation",
        state="revoked",
    )
    session.add(collector)
    session.flush()
    return collector


def _move_heads(
    session: Session, collectors: Sequence[Collector], standing: dict[str, Collector], groups: dict[str, str]
) -> None:
    """Heads are counted where the answers are, so that a response rate is one of the same people."""
    for one in collectors:
        whole = groups.get(one.agency.code, one.agency.code)
        if whole != one.agency.code:
            session.execute(
                update(HeadCount)
                .where(HeadCount.collector_id == one.id)
                .values(collector_id=standing[whole].id)
            )


def _cut_comments(wave: Wave, tree: AgencyTree, answers: Iterable[_Answer]) -> list[dict[str, Any]]:
    """Take the open items out of the answers; what was written there, under the agency one level up."""
    numbers = {one.code: one.id for one in list_agencies()}
    comments = []
    for one in answers:
        for item in one.instrument.items:
            if item.role == "open" and item.code in one.answers:
                found = screen(one.answers.pop(item.code))
                comments.append(
                    {
                        "id": secrets.randbelow(_LARGEST_ID),
                        "wave_id": wave.id,
                        "agency_id": numbers[_above(tree, one.collector.agency.code)],
                        "item": item.code,
                        "text": found.text,
                        "struck": found.struck,
                    }
                )
    secrets.SystemRandom().shuffle(comments)
    return comments


def _above(tree: AgencyTree, code: str) -> str:
    path = tree.path(code)
    return path[-2] if len(path) > 1 else code


def _withhold(wave: Wave, answers: Sequence[_Answer]) -> None:
    """Leave out the profile items that nothing is crossed with, and withhold rare combinations of the others."""
    by_group: dict[int, list[_Answer]] = defaultdict(list)
    for one in answers:
        by_group[one.collector.id].append(one)
    for alike in by_group.values():
        profiles: list[Profile] = [tuple(one.answers.get(item) for item in wave.crossed) for one in alike]
        for one, kept in zip(alike, withhold(profiles), strict=True):
            for item in one.instrument.items:
                if item.role == "profile":
                    one.answers.pop(item.code, None)
            one.answers.update(
                {item: code for item, code in zip(wave.crossed, kept, strict=True) if code is not None}
            )


def _row(wave: Wave, one: _Answer, day: date) -> dict[str, Any]:
    response_id = str(uuid4())
    return {
        "id": secrets.randbelow(_LARGEST_ID),
        "response_id": response_id,
        "wave_id": wave.id,
        "collector_id": one.collector.id,
        "instrument_version_id": one.version.id,
        # Of one language for all: the only one to answer in another would be known by it.
        "language": wave.languages[0],
        "mode": "invitation",
        "state": "counted",
        "answers": one.answers,
        "answers_sha256": answering.sha256(one.instrument, _tuples(one.answers)),
        "receipt": receipt(response_id),
        "started_at": None,
        "submitted_at": None,
        "received_on": day,
        "device_token": None,
        "flags": [],
    }


def _tuples(answers: dict[str, Any]) -> dict[str, Any]:
    return {code: one if isinstance(one, str) else tuple(one) for code, one in answers.items()}


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
