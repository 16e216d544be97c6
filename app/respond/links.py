"""The link a respondent holds: which wave and instrument it leads to, and whether it opens now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from app.models import AgencyName, Collector
from app.queries import waves
from app.queries.agencies import FALLBACK_LANGUAGES
from app.queries.collectors import find_collector
from app.respond.refusals import Refused
from app.respond.versions import Version


@dataclass(frozen=True, slots=True)
class Place:
    """The agency that is asked about, as the page names it; `language` is the one this name is in."""

    name: str
    language: str


@dataclass(frozen=True, slots=True)
class Link:
    """A collector with what its form needs. `languages` are those of the wave, the first one first."""

    collector: Collector
    version: Version
    languages: tuple[str, ...]
    layout: str

    @property
    def code(self) -> str:
        """What stands in the address."""
        return self.collector.code

    def place(self, language: str) -> Place | None:
        """The agency's name on the wave's tree date; None where it has no name on record."""
        names = _names_on(self.collector.agency.names, self.collector.wave.tree_date)
        for wanted in (language, *FALLBACK_LANGUAGES, *sorted(names)):
            if wanted in names:
                return Place(names[wanted], wanted)
        return None


def find_link(code: str) -> Link:
    """The link with this code, whatever its state: answers that were given behind it are taken.

    Raises Refused("unknown_link").
    """
    collector = find_collector(code)
    if collector is None:
        raise Refused("unknown_link")
    wave = collector.wave
    return Link(
        collector=collector,
        version=Version(wave.instrument_version.sha256, waves.instrument_of(wave)),
        languages=tuple(wave.languages),
        layout=wave.layout,
    )


def find_open_link(code: str) -> Link:
    """The link with this code if its form may be opened now. Raises Refused."""
    link = find_link(code)
    wave = link.collector.wave
    if wave.state == "planned":
        raise Refused("planned_wave")
    if not waves.is_open(wave, datetime.now(UTC)):
        raise Refused("closed_wave")
    if link.collector.state == "revoked":
        raise Refused("revoked_link")
    return link


def find_version(link: Link, identity: str) -> Version:
    """The version a page was made from: the wave's present one, or an older one that is still out.

    Raises Refused("wrong_instrument").
    """
    present = link.version.instrument
    if identity == present.identity:
        return link.version
    code, _, number = identity.partition("@")
    if code == present.code and number.isascii() and number.isdecimal() and int(number) < present.version:
        found = waves.find_instrument_version(code, int(number))
        if found is not None:
            return Version(found.sha256, waves.get_instrument(found.id, found.sha256))
    raise Refused("wrong_instrument")


def _names_on(names: list[AgencyName], day: date) -> dict[str, str]:
    return {
        name.language: name.name
        for name in names
        if name.valid_from <= day and (name.valid_to is None or day < name.valid_to)
    }
