"""Why a step of the fieldwork was not done, in sentences that a page can say in its own language."""

from __future__ import annotations

from app.messages import translations
from app.models import InstrumentVersion, Wave
from app.services.faults import FaultsRefused
from app.services.spoken import SpokenError
from surveys.instrument import Instrument

# Marks a sentence for the catalogue; it is translated where it is said.
_ = str


class InstrumentChanged(SpokenError):
    """This code and version is registered with another content."""

    def __init__(self, registered: InstrumentVersion):
        super().__init__(
            _(
                "Instrument %(identity)s is registered with another content; a changed instrument gets a new "
                "version."
            ),
            identity=f"{registered.code}@{registered.version}",
        )
        self.registered = registered


class ItemCodeReserved(SpokenError):
    """An item is called like a column that every snapshot has for its design."""

    def __init__(self, instrument: Instrument, item: str):
        super().__init__(
            _(
                "Item %(item)s of instrument %(identity)s has the name of a design column of every snapshot; give it "
                "another code."
            ),
            item=item,
            identity=instrument.identity,
        )
        self.item = item


class CodeTaken(SpokenError):
    """A survey, or a wave of this survey, has the code already; `kind` says which of the two."""

    def __init__(self, kind: str, code: str):
        super().__init__(
            _("The survey code %(code)s is taken; choose another.")
            if kind == "survey"
            else _("The wave code %(code)s is taken; choose another."),
            code=code,
        )
        self.kind = kind
        self.code = code


class SettingsRefused(FaultsRefused):
    """A survey or wave cannot be set up so; `faults` has one per fault, with the field it stands in."""


class CollectorsRefused(FaultsRefused):
    """Some collectors cannot be added, so none was; `faults` has one per fault, with its row or field."""


class WrongState(SpokenError):
    """The wave is not in the state that this step needs; `step` and `needed` are words that the catalogue knows."""

    def __init__(self, wave: Wave, step: str, needed: str):
        super().__init__(
            _("Wave %(wave)s is %(state)s and cannot be %(step)s; it must be %(needed)s."),
            wave=wave.code,
            state=wave.state,
            step=step,
            needed=needed,
        )
        self.wave = wave

    def said(self, language: str) -> str:
        """The sentence in this language, with its words for the states."""
        gettext = translations(language).gettext
        words = {name: gettext(str(word)) for name, word in self.facts.items() if name != "wave"}
        return gettext(self.sentence) % {**words, "wave": self.facts["wave"]}


class NotReady(SpokenError):
    """The wave lacks something that must stand before it opens."""

    def __init__(self, wave: Wave, sentence: str, **facts: object):
        super().__init__(sentence, wave=wave.code, **facts)
        self.wave = wave
