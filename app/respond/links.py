"""The link a respondent holds: which wave and instrument it leads to, and whether it opens now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from app.queries import waves
from app.queries.agencies import FALLBACK_LANGUAGES
from app.queries.links import LinkedCollector, find_linked
from app.queries.rated import find_rated_agencies
from app.respond.refusals import Refused
from app.respond.versions import Version
from surveys.rating import Agencies


@dataclass(frozen=True, slots=True)
class Place:
    """The agency that is asked about, as the page names it; `language` is the one this name is in."""

    name: str
    language: str


@dataclass(frozen=True, slots=True)
class Link:
    """A collector with what its form needs. `languages` are those of the wave, the first one first."""

    collector: LinkedCollector
    version: Version
    languages: tuple[str, ...]
    layout: str

    @property
    def code(self) -> str:
        """What stands in the address."""
        return self.collector.code

    def place(self, language: str) -> Place | None:
        """The agency's name on the wave's tree date; None where it has no name on record."""
        names = self.collector.names
        for wanted in (language, *FALLBACK_LANGUAGES, *sorted(names)):
            if wanted in names:
                return Place(names[wanted], wanted)
        return None

    def agencies(self, version: Version) -> Agencies | None:
        """The agencies that this version can ask about here; None where it asks for none."""
        place = self.collector
        return find_rated_agencies(version.instrument, place.wave.tree_date, place.agency_id)


def find_link(code: str, *, fresh: bool = False) -> Link:
    """The link with this code, whatever its state: answers that were given behind it are taken.

    It may be a moment old unless it is asked for `fresh`. Raises Refused("unknown_link").
    """
    collector = find_linked(code, fresh=fresh)
    if collector is None:
        raise Refused("unknown_link")
    wave = collector.wave
    return Link(
        collector=collector,
        version=_version(wave.instrument_version_id, wave.instrument_sha256),
        languages=wave.languages,
        layout=wave.layout,
    )


def find_open_link(code: str) -> Link:
    """The link with this code if its form may be opened now. Raises Refused."""
    link = find_link(code)
    if _closed_because(link) is not None:
        # Never refused for what was true a moment ago.
        link = find_link(code, fresh=True)
        if reason := _closed_because(link):
            raise Refused(reason)
    return link


def find_version(link: Link, identity: str) -> Version:
    """The version a page was made from: the wave's present one, or an older one that is still out.

    Raises Refused("wrong_instrument").
    """
    found = _asked(link, identity) or _asked(find_link(link.code, fresh=True), identity)
    if found is None:
        raise Refused("wrong_instrument")
    return found


def _closed_because(link: Link) -> str | None:
    wave = link.collector.wave
    if wave.state == "planned":
        return "planned_wave"
    if not waves.is_open(wave, datetime.now(UTC)):
        return "closed_wave"
    return "revoked_link" if link.collector.state == "revoked" else None


def _asked(link: Link, identity: str) -> Version | None:
    present = link.version.instrument
    if identity == present.identity:
        return link.version
    code, _, number = identity.partition("@")
    if code == present.code and number.isascii() and number.isdecimal() and int(number) < present.version:
        found = waves.find_instrument_version(code, int(number))
        return _version(found.id, found.sha256) if found else None
    return None


def _version(row: int, sha256: str) -> Version:
    return Version(sha256, waves.get_instrument(row, sha256))
