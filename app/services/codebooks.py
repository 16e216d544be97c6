"""The codebook of a wave by itself: what an export of its answers would hold, without an answer."""

from __future__ import annotations

from typing import Any

from app.models import Wave
from app.services.exporting import codebook
from app.services.exporting.answers import check, instruments_of
from app.services.exporting.columns import columns_of
from app.services.exporting.source import opened


def codebook_of(wave: Wave, language: str) -> list[dict[str, Any]]:
    """One line per column and code, by the names of `app.services.exporting.codebook.HEADER`.

    Raises ExportRefused where the wave may not be exported or is not frozen yet.
    """
    with opened(check(wave), None, {}) as source:
        columns = columns_of(source.present, instruments_of(wave), language, design=True, missing=True)
    return [dict(zip(codebook.HEADER, line, strict=True)) for line in codebook.lines(columns)]
