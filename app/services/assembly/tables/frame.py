"""What every table of one scorecard shares: the run, the domain, the words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from app.figures import mark_text, note_text, show_date
from app.messages import translations
from app.scorecards import Figure, Row
from scoring.estimate import MIN_PSUS_OF_BAND

from ..beside import SideBySide
from ..context import CardContext
from ..counting import Counted
from ..kin import Kin
from ..reasons import sentences_of_a_wave
from ..results import Scored

Kept = TypeVar("Kept")

NOT_APPLICABLE = Figure(None, "z")
HIDDEN = Figure(None, "c")
# The same in a column of texts.
NO_TEXT = mark_text("z")


@dataclass(frozen=True)
class Frame:
    """One domain of a run.

    `counted` are the answers of its partition and `position` is its row there; `place` is its row among the
    domains of all partitions. `label` is what titles call it. `weighted` says whether weights differ.
    """

    scored: Scored
    context: CardContext
    rows: tuple[Row, ...]
    counted: Counted
    position: int
    place: int
    label: str
    beside: SideBySide
    kin: Kin
    weighted: bool
    _kept: dict[str, Any] = field(default_factory=dict)

    def once(self, name: str, make: Callable[[], Kept]) -> Kept:
        """What several sheets read, made once for the scorecard."""
        if name not in self._kept:
            self._kept[name] = make()
        return self._kept[name]

    @property
    def language(self) -> str:
        return self.context.language

    @property
    def _(self) -> Callable[[str], str]:
        return translations(self.language).gettext

    @property
    def domain(self) -> tuple[str | None, str | None]:
        """(by, domain); None twice for the whole."""
        partition = self.counted.partition
        return partition.by, partition.domains[self.position]

    @property
    def alpha(self) -> float:
        """What the level of the run leaves over: below this p a difference is told."""
        return round(1 - self.scored.options.level, 12)

    @property
    def n_rows(self) -> int:
        """Responses of the domain."""
        return int(self.counted.rows[self.position])

    @property
    def hidden(self) -> bool:
        """Whether even the number of responses of the domain must not be shown, so nothing may be."""
        return bool(self.scored.hidden.domains[self.place])

    def hides(self, variable: int) -> bool:
        """Whether the answers counted for one column must not be shown."""
        return bool(self.scored.hidden.variables[self.place, variable])

    @property
    def source(self) -> str:
        """Where the figures come from, under every title."""
        return self._("{wave}; instrument {instrument}").format(
            wave=self.context.wave, instrument=self.scored.instrument.identity
        )

    @cached_property
    def shared_remarks(self) -> tuple[str, ...]:
        """What would stand beside every figure, and so stands once above the table."""
        reasons = [row.flag_reason or "" for row in self.rows if row.value.value is not None]
        sentences = sentences_of_a_wave(self.language, MIN_PSUS_OF_BAND)
        return tuple(one for one in sentences if reasons and all(one in reason for reason in reasons))

    def remark(self, row: Row) -> str:
        """The sentences of a row's flag that are its own; empty where there is nothing to remark."""
        text = row.flag_reason or ""
        for shared in self.shared_remarks:
            text = text.replace(shared, "")
        return " ".join(text.split())

    def noted(self, header: str, note: int) -> str:
        """A header with its reference to a note of the card, counted from 1."""
        return f"{header} {note_text(note, self.language)}"

    def title(self, subject: str) -> str:
        """What, and of whom."""
        return f"{subject}: {self.label}"

    @property
    def subtitle(self) -> str:
        """The wave, with its period where it is known."""
        if self.context.fieldwork is None:
            return self.context.wave
        first, last = (show_date(day, self.language) for day in self.context.fieldwork)
        return self._("{wave}, answers of {first} to {last}").format(
            wave=self.context.wave, first=first, last=last
        )
