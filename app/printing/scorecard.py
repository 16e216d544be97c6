"""The scorecard of one agency on one or two A4 pages, under the title block of Decree 30/2020."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.printing.typesetting import qr, set_pdf, set_png


@dataclass(frozen=True, slots=True)
class TitleBlock:
    """The head of an administrative document; `above` and `place_and_date` are empty where they are not known."""

    above: str
    agency: str
    number: str
    nation: str
    motto: str
    place_and_date: str


@dataclass(frozen=True, slots=True)
class Tick:
    """One number of the axis; `at` from 0 (left) to 1 (right)."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure as text and as a dot with its interval; places from 0 to 1, None where there is nothing to draw.

    `reference` is the place of the figure that this one is set beside, `compared` its text; `depth` indents the label.
    """

    label: str
    value: str
    interval: str
    n: str
    at: float | None
    low: float | None
    high: float | None
    reference: float | None = None
    compared: str = ""
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Headline:
    """The index in large figures; `value` empty: there is none to show, and `sentences` say why."""

    label: str
    value: str
    measure: str
    sentences: tuple[str, ...]
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """The factors one below the other on one axis; `columns` head label, chart, value, interval, n, compared."""

    title: str
    columns: tuple[str, str, str, str, str, str]
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    key: str


@dataclass(frozen=True, slots=True)
class Part:
    """A heading with lines of text below it; `listed` sets them as a list."""

    title: str
    lines: tuple[str, ...]
    listed: bool = False


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One measure of the improvement plan; `late`: its day has passed and it is not done."""

    number: str
    measure: str
    answers: str
    owner: str
    due: str
    state: str
    late: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """The improvement plan; `columns` head number, measure, owner, due date, state."""

    title: str
    columns: tuple[str, str, str, str, str]
    lines: tuple[PlanLine, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Signature:
    """Who answers for the agency. `signed` is empty where nobody has signed off; then the page leaves room for it."""

    position: str
    name: str
    signed: str
    comment: str
    comment_title: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where the page comes from and how it is checked; `address` is what the code opens."""

    title: str
    lines: tuple[str, ...]
    address: str
    scan: str


@dataclass(frozen=True, slots=True)
class ScorecardPage:
    """Everything that the scorecard of one agency says, in one language; None and empty parts are not drawn."""

    language: str
    block: TitleBlock
    title: str
    subtitles: tuple[str, ...]
    notices: tuple[str, ...]
    headline: Headline
    profile: Profile | None
    parts: tuple[Part, ...]
    method: Part
    plan: Plan | None
    signature: Signature
    recipients: Part
    provenance: Provenance


def scorecard_pdf(card: ScorecardPage, made_on: date) -> bytes:
    """The scorecard as PDF. Raises PrintingUnavailable."""
    return set_pdf("scorecard", made_on, cards=[card], codes=_codes([card]))


def scorecard_png(card: ScorecardPage, made_on: date) -> list[bytes]:
    """The same as pictures."""
    return set_png("scorecard", made_on, cards=[card], codes=_codes([card]))


def _codes(cards: Sequence[ScorecardPage]) -> list[str]:
    return [qr(one.provenance.address) if one.provenance.address else "" for one in cards]
