"""Invitation slips: one-time codes for staff, 2 × 5 on A4 to be cut apart, each unit beginning a new page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.printing.typesetting import qr, set_pdf, set_png

COLUMNS, ROWS = 2, 5
PER_PAGE = COLUMNS * ROWS


@dataclass(frozen=True, slots=True)
class InvitationWords:
    """What every slip of a unit says in one language; nobody's name is among it."""

    language: str
    title: str
    how: str
    code: str
    once: str
    promise: str


@dataclass(frozen=True, slots=True)
class InvitationSlip:
    """One slip: the link with its token for the QR code, the address to be typed, and the code in groups."""

    link: str
    address: str
    code: str


@dataclass(frozen=True, slots=True)
class InvitationPage:
    """At most ten slips of one unit."""

    unit: str
    slips: tuple[InvitationSlip, ...]
    words: InvitationWords


def invitations_pdf(pages: Sequence[InvitationPage], made_on: date) -> bytes:
    """The pages as PDF. Raises PrintingUnavailable."""
    return set_pdf("invitations", made_on, pages=pages, codes=_codes(pages))


def invitations_png(pages: Sequence[InvitationPage], made_on: date) -> list[bytes]:
    """The same as pictures."""
    return set_png("invitations", made_on, pages=pages, codes=_codes(pages))


def _codes(pages: Sequence[InvitationPage]) -> list[list[str]]:
    return [[qr(slip.link) for slip in page.slips] for page in pages]
