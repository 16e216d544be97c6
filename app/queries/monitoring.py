"""What the office watches while a wave is in the field: counts by link, by hour, by flag; tablets; served.

Each is one query over the links asked for, along the indices of the response table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, String, and_, case, cast, func, select

from app.extensions import db
from app.models import Agency, Collector, Device, Response, SamplePoint, Served, Wave

# Databases limit the parameters of one statement; more links than this are asked for in several.
MOST_PARAMETERS = 500


@dataclass(frozen=True, slots=True)
class WatchedLink:
    """A link as the monitoring needs it; `clustered`: its answers are a cluster of the sample's design."""

    id: int
    number: int
    agency: str
    label: str
    mode: str
    state: str
    day: date | None
    target: int | None
    clustered: bool


@dataclass(frozen=True, slots=True)
class LinkCounts:
    """Answers behind one link by state, and the last moment at which a device sent one."""

    counted: int = 0
    late: int = 0
    repeat: int = 0
    last: datetime | None = None


@dataclass(frozen=True, slots=True)
class WatchedDevice:
    """A tablet in service, and where it stands."""

    name: str
    collector_id: int
    seen_at: datetime | None
    queue_length: int
    queue_oldest_at: datetime | None


def list_watched_links(wave: Wave) -> list[WatchedLink]:
    """The links of a wave by number, as plain values."""
    rows = db.session.execute(
        select(
            Collector.id,
            Collector.number,
            Agency.code,
            Collector.label,
            Collector.mode,
            Collector.state,
            Collector.day,
            Collector.target,
            SamplePoint.clusters,
        )
        .join(Agency, Agency.id == Collector.agency_id)
        .outerjoin(SamplePoint, SamplePoint.collector_id == Collector.id)
        .where(Collector.wave_id == wave.id)
        .order_by(Collector.number)
    )
    return [WatchedLink(*row[:8], clustered=bool(row[8])) for row in rows]


def count_by_link(wave: Wave) -> dict[int, LinkCounts]:
    """The answers of a wave by the row number of their link; a link without any is left out."""
    rows = db.session.execute(
        select(Response.collector_id, Response.state, func.count(), func.max(Response.submitted_at))
        .where(Response.wave_id == wave.id)
        .group_by(Response.state, Response.collector_id)
    )
    counts: dict[int, dict[str, int]] = {}
    last: dict[int, datetime] = {}
    for number, state, count, sent in rows:
        counts.setdefault(number, {})[state] = count
        if sent is not None:
            last[number] = max(sent, last.get(number, sent))
    return {number: LinkCounts(**each, last=last.get(number)) for number, each in counts.items()}


def count_by_hour(wave: Wave, links: Collection[int], midnight: datetime) -> dict[int, Counter[int]]:
    """Answers that count, by link and by the hour of the day that begins at `midnight`, by the device's clock."""
    moment = Response.submitted_at
    hour = case(
        *((moment < midnight + timedelta(hours=each + 1), each) for each in range(23)), else_=23
    ).label("hour")
    found: dict[int, Counter[int]] = {}
    for some in _parts(links):
        # A subquery, since PostgreSQL can't see that two expressions with parameters are the same.
        sent = (
            select(Response.collector_id, hour)
            .where(
                Response.wave_id == wave.id,
                Response.state == "counted",
                Response.collector_id.in_(some),
                moment >= midnight,
                moment < midnight + timedelta(days=1),
            )
            .subquery()
        )
        rows = db.session.execute(
            select(sent.c.collector_id, sent.c.hour, func.count()).group_by(sent.c.collector_id, sent.c.hour)
        )
        for number, at, count in rows:
            found.setdefault(number, Counter())[at] = count
    return found


def count_flags(links: Collection[int]) -> dict[int, Counter[str]]:
    """Answers that count, by link and quality flag; `any` counts those with one flag or more."""
    found: dict[int, Counter[str]] = {}
    for some in _parts(links):
        rows = db.session.execute(
            select(Response.collector_id, Response.flags).where(
                Response.collector_id.in_(some), Response.state == "counted", _is_flagged()
            )
        )
        for number, flags in rows:
            found.setdefault(number, Counter()).update((*flags, "any"))
    return found


def count_served(wave: Wave, days: tuple[date, date]) -> dict[str, tuple[int, int]]:
    """Transactions served, and the answers that count of the same days, by agency; days from first to last."""
    first, last = days
    within = and_(Served.day >= first, Served.day <= last)
    in_wave = select(Collector.agency_id).where(Collector.wave_id == wave.id)
    served = db.session.execute(
        select(Agency.code, func.sum(Served.transactions))
        .join(Agency, Agency.id == Served.agency_id)
        .where(within, Served.agency_id.in_(in_wave))
        .group_by(Agency.code)
    )
    answered: dict[str, int] = {}
    transactions = {code: int(count) for code, count in served}
    if transactions:
        rows = db.session.execute(
            select(Agency.code, func.count())
            .select_from(Response)
            .join(Collector, Collector.id == Response.collector_id)
            .join(Agency, Agency.id == Collector.agency_id)
            .join(Served, and_(Served.agency_id == Agency.id, Served.day == Response.received_on))
            .where(Response.wave_id == wave.id, Response.state == "counted", within)
            .group_by(Agency.code)
        )
        answered = dict(rows.all())
    return {code: (count, answered.get(code, 0)) for code, count in transactions.items()}


def list_watched_devices(wave: Wave) -> list[WatchedDevice]:
    """The tablets of a wave that are paired and in service, by link and name."""
    rows = db.session.execute(
        select(Device.name, Device.collector_id, Device.seen_at, Device.queue_length, Device.queue_oldest_at)
        .join(Collector, Collector.id == Device.collector_id)
        .where(Collector.wave_id == wave.id, Device.paired_at.is_not(None), Device.revoked_at.is_(None))
        .order_by(Collector.number, Device.name, Device.id)
    )
    return [WatchedDevice(*row) for row in rows]


def list_served(agencies: Collection[int], days: tuple[date, date]) -> list[Served]:
    """The figures of these agencies (row numbers) between two days."""
    found: list[Served] = []
    for some in _parts(agencies):
        found += db.session.scalars(
            select(Served).where(Served.agency_id.in_(some), Served.day >= days[0], Served.day <= days[1])
        )
    return found


def last_served() -> list[tuple[date, int, int]]:
    """The last ten days with figures: the day, how many agencies, how many transactions."""
    rows = db.session.execute(
        select(Served.day, func.count(), func.sum(Served.transactions))
        .group_by(Served.day)
        .order_by(Served.day.desc())
        .limit(10)
    )
    return [(day, count, int(total)) for day, count, total in rows]


def _is_flagged() -> ColumnElement[bool]:
    """Whether the list of flags holds one; both databases keep JSON as the text that was written."""
    written = cast(Response.flags, String)
    return written != "[]"


def _parts(numbers: Collection[int]) -> Iterator[Sequence[int]]:
    ordered = sorted(numbers)
    for begin in range(0, len(ordered), MOST_PARAMETERS):
        yield ordered[begin : begin + MOST_PARAMETERS]
