"""The sample of a wave: how many people and counter-days the wanted margin needs, and the draw from a frame.

Two designs. *days*: every agency is a stratum, and days of the fieldwork are drawn at its counter by simple random
sampling; so every agency gets figures of its own. *agencies*: agencies are drawn within the branch above them, by
probability proportional to size or by simple random sampling; so the whole gets figures at less cost.
A response's base weight is the inverse of the chance of its counter-day or agency, times the people served there per
answer that is expected. Each stratum has random numbers of its own, made from the seed and its code, so that the
draw of one does not hang on another.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from app.services.sampling import Plan
from app.services.spoken import SpokenError
from scoring.allocation import allocate
from scoring.planning import PlanningError, cluster_deff, margin_of_error, sample_size_margin
from scoring.selection import select_pps

Design = Literal["days", "pps", "srs"]
P = 0.5
# Two PSUs let a variance be estimated.
LEAST_PSUS = 2

# Marks a sentence for the catalogue; it is translated where it is said.
_ = str


class SampleRefused(SpokenError):
    """No such sample can be planned or drawn; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One agency of the frame: its code, the agency above it, and the people it serves on a day (None: not known)."""

    code: str
    above: str
    volume: float | None


@dataclass(frozen=True, slots=True)
class Wish:
    """What the sample is to give. `margin` in percentage points, or `total` respondents; one of the two is None.

    `per_psu` answers expected per counter-day, or per agency over the whole fieldwork; `rho` how alike people of one
    counter-day or agency are; `response` the share of those asked who answer; `cost` per answer, in any money.
    """

    design: Design
    days: tuple[date, ...]
    margin: float | None
    total: int | None
    per_psu: int
    level: float = 0.95
    rho: float = 0.05
    response: float = 1.0
    cost: float = 0.0


@dataclass(frozen=True, slots=True)
class StratumPlan:
    """One stratum: `available` PSUs, `psus` to draw, respondents expected, people to ask, margin expected in
    percentage points (a share near one half), cost."""

    code: str
    units: tuple[Unit, ...]
    available: int
    psus: int
    respondents: int
    asked: int
    margin: float
    cost: float


@dataclass(frozen=True, slots=True)
class Proposal:
    """The plan of a sample: its strata, and the whole as one of them. `deff` is the design effect supposed."""

    wish: Wish
    strata: tuple[StratumPlan, ...]
    whole: StratumPlan
    deff: float


@dataclass(frozen=True, slots=True)
class Drawn:
    """One PSU of the list: its agency, its day (None: the whole fieldwork), chance, and place in the design."""

    agency: str
    day: date | None
    probability: float
    plan: Plan


@dataclass(frozen=True, slots=True)
class Draw:
    """A drawn sample. `frame_sha256` is that of what it was drawn from; seed and frame give the same list again."""

    seed: int
    frame_sha256: str
    lines: tuple[Drawn, ...]

    @property
    def digest(self) -> str:
        """Stands for the whole list."""
        return hashlib.sha256(repr(self.lines).encode()).hexdigest()


def propose(units: Sequence[Unit], wish: Wish) -> Proposal:
    """How many to draw in each stratum. Raises SampleRefused."""
    if not units:
        raise SampleRefused(_("No agency of this branch and kind is in the frame."))
    if wish.design == "pps" and (bare := [one.code for one in units if not one.volume]):
        raise SampleRefused(
            _(
                "%(count)s agencies, such as %(agency)s, have no volume above 0; take in transactions served first."
            ),
            count=len(bare),
            agency=bare[0],
        )
    if wish.design == "days" and len(wish.days) < LEAST_PSUS:
        raise SampleRefused(_("The fieldwork has fewer than two days to draw from; choose more days."))
    try:
        return _days(units, wish) if wish.design == "days" else _agencies(units, wish)
    except PlanningError as error:
        raise SampleRefused(_("No sample can be planned so: %(reason)s"), reason=str(error)) from None


def draw(proposal: Proposal, seed: int) -> Draw:
    """Draw what was proposed: the same proposal and seed give the same list."""
    lines: list[Drawn] = []
    for stratum in proposal.strata:
        one = _draw_days if proposal.wish.design == "days" else _draw_agencies
        lines += one(stratum, proposal.wish, _seed_of(seed, stratum.code))
    return Draw(seed, _frame_hash(proposal), tuple(lines))


def _days(units: Sequence[Unit], wish: Wish) -> Proposal:
    deff = cluster_deff(wish.per_psu, wish.rho)
    available = len(wish.days)
    if wish.margin is not None:
        psus = [_psus(_needed(wish, deff, _people(one, available)), wish.per_psu, available) for one in units]
    else:
        shares = allocate(
            max(LEAST_PSUS * len(units), math.ceil((wish.total or 0) / wish.per_psu)),
            [available] * len(units),
            rule="neyman",
            std_dev=[one.volume or 1.0 for one in units],
            minimum=LEAST_PSUS,
        )
        psus = [int(n) for n in shares.n]
    strata = [
        _stratum(one.code, (one,), available, n, wish, deff, _people(one, available))
        for one, n in zip(units, psus, strict=True)
    ]
    return _proposal(strata, wish, deff, units)


def _agencies(units: Sequence[Unit], wish: Wish) -> Proposal:
    deff = cluster_deff(wish.per_psu, wish.rho)
    groups: dict[str, list[Unit]] = {}
    for one in sorted(units, key=lambda one: (one.above, one.code)):
        groups.setdefault(one.above, []).append(one)
    needed = wish.total if wish.margin is None else _needed(wish, deff, None)
    total = math.ceil((needed or 0) / wish.per_psu)
    least = sum(min(LEAST_PSUS, len(group)) for group in groups.values())
    shares = allocate(
        min(max(total, least), len(units)),
        [len(group) for group in groups.values()],
        rule="neyman",
        std_dev=[sum(one.volume or 1.0 for one in group) / len(group) for group in groups.values()],
        minimum=LEAST_PSUS,
    )
    strata = [
        _stratum(above, tuple(group), len(group), int(n), wish, deff, None)
        for (above, group), n in zip(groups.items(), shares.n, strict=True)
    ]
    return _proposal(strata, wish, deff, units)


def _needed(wish: Wish, deff: float, population: float | None) -> int:
    size = sample_size_margin(
        (wish.margin or 0) / 100, p=P, level=wish.level, deff=deff, population=population
    )
    return size.respondents


def _psus(respondents: int, per_psu: int, available: int) -> int:
    return min(available, max(LEAST_PSUS, math.ceil(respondents / per_psu)))


def _people(unit: Unit, days: int) -> float | None:
    return max(1.0, unit.volume * days) if unit.volume else None


def _stratum(
    code: str,
    units: tuple[Unit, ...],
    available: int,
    psus: int,
    wish: Wish,
    deff: float,
    population: float | None,
) -> StratumPlan:
    n = psus * wish.per_psu
    if population is not None:
        n = min(n, math.floor(population))
    margin = 100 * margin_of_error(n, p=P, level=wish.level, deff=deff, population=population)
    asked = math.ceil(n / wish.response - 1e-9)
    return StratumPlan(code, units, available, psus, n, asked, margin, n * wish.cost)


def _proposal(strata: Sequence[StratumPlan], wish: Wish, deff: float, units: Sequence[Unit]) -> Proposal:
    n = sum(one.respondents for one in strata)
    # Unequal weights of the strata are left out: the design effect supposed is that of the clusters alone.
    margin = 100 * margin_of_error(n, p=P, level=wish.level, deff=deff)
    whole = StratumPlan(
        code="",
        units=tuple(units),
        available=sum(one.available for one in strata),
        psus=sum(one.psus for one in strata),
        respondents=n,
        asked=sum(one.asked for one in strata),
        margin=margin,
        cost=n * wish.cost,
    )
    return Proposal(wish, tuple(strata), whole, deff)


def _draw_days(stratum: StratumPlan, wish: Wish, seed: int) -> list[Drawn]:
    (unit,) = stratum.units
    chosen = np.random.default_rng(seed).choice(stratum.available, stratum.psus, replace=False)
    chance = stratum.psus / stratum.available
    # Of the people served on a drawn day, so many stand behind one answer.
    served = max(1.0, unit.volume / wish.per_psu) if unit.volume else 1.0
    return [
        Drawn(
            unit.code,
            wish.days[number],
            chance,
            Plan(
                stratum=unit.code,
                clusters=(f"{unit.code} {wish.days[number].isoformat()}",),
                fpc=(stratum.available,),
                base_weight=served / chance,
            ),
        )
        for number in sorted(int(one) for one in chosen)
    ]


def _draw_agencies(stratum: StratumPlan, wish: Wish, seed: int) -> list[Drawn]:
    units = stratum.units
    if wish.design == "pps":
        found = select_pps([one.volume or 0.0 for one in units], stratum.psus, seed=seed)
        chances = {number: float(found.probability[number]) for number in np.flatnonzero(found.selected)}
    else:
        chosen = np.random.default_rng(seed).choice(len(units), stratum.psus, replace=False)
        chances = dict.fromkeys(sorted(int(one) for one in chosen), stratum.psus / len(units))
    days = max(1, len(wish.days))
    return [
        Drawn(
            units[number].code,
            None,
            chance,
            Plan(
                stratum=stratum.code or None,
                clusters=(units[number].code,),
                # With unequal chances no correction for a finite population is right; none is on the safe side.
                fpc=(len(units),) if wish.design == "srs" else (),
                base_weight=_behind(units[number], days, wish.per_psu) / chance,
            ),
        )
        for number, chance in chances.items()
    ]


def _behind(unit: Unit, days: int, per_psu: int) -> float:
    """People who are served in the fieldwork for each answer expected; 1 where that is not known."""
    return max(1.0, unit.volume * days / per_psu) if unit.volume else 1.0


def _seed_of(seed: int, stratum: str) -> int:
    """The first eight bytes of SHA-256 over `seed|stratum`, as a number."""
    return int.from_bytes(hashlib.sha256(f"{seed}|{stratum}".encode()).digest()[:8])


def _frame_hash(proposal: Proposal) -> str:
    """Over one line per agency (code, above, volume) and one per day, in order."""
    units = sorted({one for stratum in proposal.strata for one in stratum.units}, key=lambda one: one.code)
    lines = [
        f"{one.code}\t{one.above}\t{'' if one.volume is None else f'{one.volume:.12g}'}" for one in units
    ]
    lines += [day.isoformat() for day in proposal.wish.days]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
