"""Posters: one A4 page per link, with a code to scan and the address in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from app.printing.records import Poster
from app.printing.typesetting import qr, set_pdf, set_png


def posters_pdf(posters: Sequence[Poster], made_on: date) -> bytes:
    """The posters, one page each. Raises PrintingUnavailable."""
    return set_pdf("posters", made_on, posters=posters, codes=_codes(posters))


def posters_png(posters: Sequence[Poster], made_on: date) -> list[bytes]:
    """The same as pictures."""
    return set_png("posters", made_on, posters=posters, codes=_codes(posters))


def _codes(posters: Sequence[Poster]) -> list[str]:
    return [qr(one.address) for one in posters]
