"""Receipt slips: sheets of 3 × 8 codes to be cut apart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from app.printing.records import SlipSheet
from app.printing.typesetting import qr, set_pdf, set_png

COLUMNS, ROWS = 3, 8


def slips_pdf(sheets: Sequence[SlipSheet], made_on: date) -> bytes:
    """The sheets, one page each. Raises PrintingUnavailable."""
    return set_pdf("slips", made_on, sheets=sheets, codes=_codes(sheets))


def slips_png(sheets: Sequence[SlipSheet], made_on: date) -> list[bytes]:
    """The same as pictures."""
    return set_png("slips", made_on, sheets=sheets, codes=_codes(sheets))


def _codes(sheets: Sequence[SlipSheet]) -> list[list[str]]:
    return [[qr(address) for address in sheet.opened] for sheet in sheets]
