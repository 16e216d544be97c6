"""The tiny instruments of the tests, and where they lie."""

from __future__ import annotations

from pathlib import Path

from surveys.instrument import Instrument
from surveys.loading import load, loads

INSTRUMENTS = Path(__file__).parents[1] / "instruments"
RIGHT = {path.stem: path for path in sorted((INSTRUMENTS / "right").glob("*.yaml"))}
WRONG = {path.stem: path for path in sorted((INSTRUMENTS / "wrong").glob("*.yaml"))}

HEAD = """code: tiny
version: 1
kind: survey
audience: citizen
title: {en: Tiny}
source: Made for the tests
languages: [en]
"""


def right(name: str) -> Instrument:
    """The tiny instrument of `tests/instruments/right` that has this one feature."""
    return load(RIGHT[name])


def with_items(*items: str) -> Instrument:
    """An instrument of one section with these items, each written as a YAML flow mapping."""
    lines = "".join(f"      - {item}\n" for item in items)
    return loads(
        f"{HEAD}sections:\n  - code: main\n    title: {{en: Main}}\n    items:\n{lines}", "tiny.yaml"
    )
