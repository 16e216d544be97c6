"""How the fieldwork of a wave goes at a moment: what came, what is missing, where it is quiet, what it will give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from app.config import OFFICE_TIME, office_day
from app.models import Wave
from app.queries import monitoring as queries
from app.queries.agencies import AgencyTree, get_tree
from app.queries.errors import NotFound
from app.queries.monitoring import LinkCounts, WatchedDevice, WatchedLink
from app.queries.waves import is_open
from app.services.assembly.prospects import Prospect, prospect
from app.services.opening import Opening
from surveys.quality import COUNTER_MODES, FLAGS

# A desk is quiet after so much opening time without an answer.
QUIET_AFTER = timedelta(hours=2)
# A tablet that has not spoken for so long is named.
UNSEEN_AFTER = timedelta(days=1)

# Shown on a day on which no office is open, so that the table does not come and go with an answer.
HOURS_OF_A_DAY_OFF = range(7, 17)

PLACES_PER_PAGE = 50
# The lists of what needs a hand name so many; the page says how many there are.
MOST_NAMED = 50


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """One link and its answers. `missing`: how many the target still wants, None without a target.

    `served` and `answered` are those of the agency, on the days whose figures are known; None: no figures.
    `last` is the last moment at which a device sent an answer; the future counts as now.
    """

    link: WatchedLink
    counts: LinkCounts
    missing: int | None
    served: int | None
    answered: int | None
    last: datetime | None
    quiet_for: timedelta | None

    @property
    def response_rate(self) -> float | None:
        """Answers per transaction, in per cent; above 100 where more answered than were served."""
        return 100 * self.answered / self.served if self.served and self.answered is not None else None


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """A tablet, how old the oldest answer waiting on it is, and whether it has not been seen for a day."""

    device: WatchedDevice
    link: WatchedLink
    waiting_for: timedelta | None
    unseen: bool


@dataclass(frozen=True)
class Monitoring:
    """Everything the page shows. `places` are those of one page, the lists and sums are over the whole branch.

    `tree` is that of the wave's date, `branches` the agencies that can be chosen, parents first. `by_hour` has the
    answers of today by hour for each place of the page, `hours` those in which the counters are open or answers came
    anywhere; `flags` has the quality flags of each place of the page, with `any` for answers that have one or more.
    """

    at: datetime
    tree: AgencyTree
    branches: tuple[str, ...]
    today: date
    is_open: bool
    opening: Opening
    open_now: bool
    branch: str | None
    page: int
    pages: int
    n_places: int
    totals: LinkCounts
    target: int | None
    served: int | None
    answered: int | None
    prospect: Prospect
    places: tuple[PlaceLine, ...]
    hours: tuple[int, ...]
    by_hour: Mapping[int, Counter[int]]
    all_by_hour: Counter[int]
    flags: Mapping[int, Counter[str]]
    gaps: tuple[PlaceLine, ...]
    quiet: tuple[PlaceLine, ...]
    devices: tuple[DeviceLine, ...]
    n_devices: int
    waiting: int

    @cached_property
    def shown_flags(self) -> tuple[str, ...]:
        """The flags that any place of the page has, in their order."""
        return tuple(flag for flag in FLAGS if any(counts[flag] for counts in self.flags.values()))

    @property
    def response_rate(self) -> float | None:
        return 100 * self.answered / self.served if self.served and self.answered is not None else None

    @property
    def missing(self) -> int:
        """How many answers the places with a target still want together."""
        return sum(line.missing or 0 for line in self.gaps)


def monitor(
    wave: Wave,
    now: datetime,
    *,
    branch: str | None = None,
    page: int = 1,
    within: frozenset[str] | None = None,
) -> Monitoring:
    """The state of a wave, or of one branch of its agency tree; of the agencies `within` alone where they are given.

    Raises NotFound for an agency that is not in the tree or not within, a page that is not there, and for an anonymous
    wave, in which nobody may follow answers as they come.
    """
    if wave.anonymous:
        raise NotFound("monitoring", f"{wave.survey.code}/{wave.code}")
    tree = get_tree(wave.tree_date)
    all_links = [link for link in queries.list_watched_links(wave) if within is None or link.agency in within]
    if branch is not None and within is not None and branch not in within:
        raise NotFound("agency", branch)
    inside = set(tree.branch(branch)) if branch is not None else None
    links = [link for link in all_links if inside is None or link.agency in inside]
    pages = max(1, -(-len(links) // PLACES_PER_PAGE))
    if not 1 <= page <= pages:
        raise NotFound("page", page)
    opening, opened = Opening.of(wave.hours), is_open(wave, now)
    counts = queries.count_by_link(wave)
    served = queries.count_served(wave, _days(wave, now))
    desk = _Desk(wave, opening, opened, now)
    lines = [desk.line(link, counts.get(link.id, LinkCounts()), served.get(link.agency)) for link in links]
    shown = lines[(page - 1) * PLACES_PER_PAGE : page * PLACES_PER_PAGE]
    today = office_day(now)
    midnight = datetime.combine(today, datetime.min.time(), OFFICE_TIME)
    by_hour = queries.count_by_hour(wave, {link.id for link in links}, midnight)
    all_by_hour: Counter[int] = Counter()
    for each in by_hour.values():
        all_by_hour.update(each)
    totals = _sum(line.counts for line in lines)
    targets = [link.target for link in links if link.target is not None]
    agencies = {link.agency for link in links} & served.keys()
    devices = _devices(queries.list_watched_devices(wave), {link.id: link for link in links}, now)
    return Monitoring(
        at=now,
        tree=tree,
        branches=_branches(tree, {link.agency for link in all_links}, within),
        today=today,
        is_open=opened,
        opening=opening,
        open_now=opening.is_open(now),
        branch=branch,
        page=page,
        pages=pages,
        n_places=len(links),
        totals=totals,
        target=sum(targets) if targets else None,
        served=sum(served[code][0] for code in agencies) if agencies else None,
        answered=sum(served[code][1] for code in agencies) if agencies else None,
        prospect=_prospect(wave, lines, totals.counted, desk),
        places=tuple(shown),
        hours=tuple(sorted(set(opening.hours_of(today) or HOURS_OF_A_DAY_OFF) | all_by_hour.keys())),
        by_hour={line.link.id: by_hour.get(line.link.id, Counter()) for line in shown},
        all_by_hour=all_by_hour,
        flags=queries.count_flags({line.link.id for line in shown}),
        gaps=tuple(sorted((line for line in lines if line.missing), key=lambda line: -(line.missing or 0))),
        quiet=tuple(sorted((line for line in lines if line.quiet_for), key=_longest_first)),
        devices=devices,
        n_devices=len(devices),
        waiting=sum(one.device.queue_length for one in devices),
    )


@dataclass(frozen=True)
class _Desk:
    """What is the same for every link of a wave at a moment."""

    wave: Wave
    opening: Opening
    opened: bool
    now: datetime

    @cached_property
    def open_now(self) -> bool:
        return self.opening.is_open(self.now)

    def line(self, link: WatchedLink, counts: LinkCounts, served: tuple[int, int] | None) -> PlaceLine:
        last = min(counts.last, self.now) if counts.last else None
        return PlaceLine(
            link=link,
            counts=counts,
            missing=max(0, link.target - counts.counted) if link.target is not None else None,
            served=served[0] if served else None,
            answered=served[1] if served else None,
            last=last,
            quiet_for=self._quiet_for(link, last),
        )

    def _quiet_for(self, link: WatchedLink, last: datetime | None) -> timedelta | None:
        """Opening time since the last answer; None where the desk is not quiet, or nobody expects it to speak.

        A sampled day begins with that day; other links with the wave.
        """
        if not (self.opened and self.open_now and link.state == "open" and link.mode in COUNTER_MODES):
            return None
        begun = self.wave.opens_at or self.now
        if link.day is not None:
            if link.day != office_day(self.now):
                return None
            begun = max(begun, datetime.combine(link.day, datetime.min.time(), OFFICE_TIME))
        since = max(last, begun) if last else begun
        if self.now - since < QUIET_AFTER:
            return None
        span = self.opening.between(since, self.now)
        return span if span >= QUIET_AFTER else None

    def at_close(self, counted: int) -> int | None:
        """Answers at the close if each hour of opening brings as many as those behind us; None: no close, no pace."""
        begun, close = self.wave.opens_at, self.wave.closes_at
        if not self.opened or begun is None or close is None:
            return None
        passed = self.opening.between(begun, self.now)
        left = self.opening.between(self.now, close)
        return round(counted * ((passed + left) / passed)) if passed else None


def _days(wave: Wave, now: datetime) -> tuple[date, date]:
    """The days of the fieldwork so far."""
    begun = office_day(wave.opens_at or now)
    ended = wave.closes_at if wave.closes_at and wave.closes_at < now else now
    return begun, office_day(ended)


def _sum(counts: Iterable[LinkCounts]) -> LinkCounts:
    counted = late = repeat = 0
    for each in counts:
        counted, late, repeat = counted + each.counted, late + each.late, repeat + each.repeat
    return LinkCounts(counted, late, repeat)


def _prospect(wave: Wave, lines: Sequence[PlaceLine], counted: int, desk: _Desk) -> Prospect:
    """The clusters are the links that answered so far: each further one makes the margin narrower than told."""
    answering = [line for line in lines if line.counts.counted]
    clustered = [line for line in answering if line.link.clustered]
    return prospect(
        counted,
        desk.at_close(counted),
        clusters=len(answering) if clustered else None,
        level=wave.level,
        has_margin=wave.wave_kind != "volunteer",
    )


def _devices(
    devices: Sequence[WatchedDevice], links: Mapping[int, WatchedLink], now: datetime
) -> tuple[DeviceLine, ...]:
    """Those that need a hand first: not seen for a day, then the oldest queue."""
    lines = [
        DeviceLine(
            device=one,
            link=links[one.collector_id],
            waiting_for=now - one.queue_oldest_at if one.queue_length and one.queue_oldest_at else None,
            unseen=one.seen_at is None or now - one.seen_at > UNSEEN_AFTER,
        )
        for one in devices
        if one.collector_id in links
    ]
    return tuple(sorted(lines, key=lambda line: (not line.unseen, -(line.waiting_for or timedelta()))))


def _longest_first(line: PlaceLine) -> timedelta:
    return -(line.quiet_for or timedelta())


def _branches(tree: AgencyTree, codes: Collection[str], within: frozenset[str] | None) -> tuple[str, ...]:
    """Agencies with another of these codes below, those `within`."""
    above = {one for code in codes if code in tree for one in tree.path(code)[:-1]}
    shown = above if within is None else above & within
    return tuple(code for root in tree.roots for code in tree.branch(root) if code in shown)
