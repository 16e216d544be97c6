"""What is wrong with what somebody sent: one sentence per field or row, said in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.messages import translations
from app.services.errors import ServiceError

# Marks a sentence for the catalogue; it is translated where it is said.
_ = str

IN_ROW = _("Row %(row)s: %(words)s")


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault; `place` is the field of a form or the number of a row, `sentence` the catalogue's key."""

    place: str | int
    sentence: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def said(self, language: str) -> str:
        """The sentence in this language; a row's fault begins with the row."""
        gettext = translations(language).gettext
        words = gettext(self.sentence) % self.facts if self.facts else gettext(self.sentence)
        return gettext(IN_ROW) % {"row": self.place, "words": words} if isinstance(self.place, int) else words

    def __str__(self) -> str:
        return self.said("en")


class FaultsRefused(ServiceError):
    """Nothing was changed; `faults` has every fault, `problems` the same as English sentences."""

    def __init__(self, faults: Sequence[Fault]):
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)

    @property
    def problems(self) -> tuple[str, ...]:
        return tuple(map(str, self.faults))
