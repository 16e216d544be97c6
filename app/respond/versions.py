"""An instrument version as a key: what is made of it once per language can be kept for good."""

from __future__ import annotations

from dataclasses import dataclass, field

from surveys.instrument import Instrument


@dataclass(frozen=True, slots=True)
class Version:
    """One instrument and its hash, which alone makes two versions equal: a version never changes."""

    sha256: str
    instrument: Instrument = field(compare=False, repr=False)
