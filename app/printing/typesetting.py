"""Typst sets every page: a template from this folder and one record as JSON, so that no text is ever markup.

The same record and date give the same bytes: only typst's own typefaces are used, and no clock is read.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from datetime import UTC, date, datetime
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

import segno

TEMPLATES = Path(__file__).parent / "templates"

# Half the density of a printer: enough to look at a page on a screen.
PREVIEW_PPI = 96.0


class PrintingUnavailable(RuntimeError):
    """Typst is not installed; the message says what to do."""

    def __init__(self) -> None:
        super().__init__(
            "Pages cannot be printed here, because typst is missing: pip install 'hailong[pdf]'."
        )


def set_pdf(template: str, made_on: date, **data: Any) -> bytes:
    """A PDF of `<template>.typ` and these records; PDF/UA-1, for those who hear it. Raises PrintingUnavailable."""
    return _compile(template, made_on, data, format="pdf", pdf_standards="ua-1")


def set_png(template: str, made_on: date, **data: Any) -> list[bytes]:
    """The same pages as pictures. Raises PrintingUnavailable."""
    pages = _compile(template, made_on, data, format="png", ppi=PREVIEW_PPI)
    return pages if isinstance(pages, list) else [pages]


def qr(text: str) -> str:
    """A QR code as SVG, without a margin: the page gives it one. Error correction M stands a crease or a stain."""
    drawn = BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="svg", border=0, xmldecl=False, nl=False)
    return drawn.getvalue().decode()


def _compile(template: str, made_on: date, data: Mapping[str, Any], **how: Any) -> Any:
    if find_spec("typst") is None:
        raise PrintingUnavailable
    import typst

    # Midday, so that no zone a reader applies makes another day of it.
    moment = datetime(made_on.year, made_on.month, made_on.day, 12, tzinfo=UTC)
    record = {"made_on": made_on.isoformat(), **{name: _plain(value) for name, value in data.items()}}
    return typst.compile(
        TEMPLATES / f"{template}.typ",
        root=TEMPLATES,
        ignore_system_fonts=True,
        timestamp=moment,
        sys_inputs={"data": unicodedata.normalize("NFC", json.dumps(record, ensure_ascii=False))},
        **how,
    )


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value
