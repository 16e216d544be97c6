"""A release as pages read it: its results document parsed once per process, and rows of one domain at a time.

What is released never changes, so what was parsed once stays right for as long as the process lives.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from threading import Lock

from app.messages import translations
from app.models import Release
from app.queries.agencies import get_tree
from app.queries.errors import NotFound
from app.queries.waves import instrument_of
from app.scorecards import Row
from app.services.assembly.labels import domain_label
from app.services.assembly.measures import Measured
from app.services.assembly.overview import measured_addresses
from app.services.assembly.reading import ResultsRead, read_results
from app.services.assembly.records import Record
from app.services.assembly.rows import rows
from app.services.releasing import RESULTS, domain_names, folder_of

Released = ResultsRead

# Records of all documents kept together; a country with every commune has some 160,000, of 400 bytes each.
MOST_RECORDS = 500_000

_kept: OrderedDict[str, Released] = OrderedDict()
_lock = Lock()
_addresses: dict[str, dict[tuple[str, str], Measured]] = {}


def released(release: Release) -> Released:
    """The results of a release by their domains; NotFound where its file is gone."""
    sha256 = release.results_sha256
    with _lock:
        if sha256 in _kept:
            _kept.move_to_end(sha256)
            return _kept[sha256]
        path = folder_of(release) / RESULTS
        if not path.is_file():
            raise NotFound("results file", path.name)
        # Whoever asks meanwhile waits for this one instead of reading the same file beside it.
        found = _kept[sha256] = read_results(path.read_text(encoding="utf-8"))
        while len(_kept) > 1 and sum(one.size for one in _kept.values()) > MOST_RECORDS:
            _kept.popitem(last=False)
        return found


def rows_of(
    release: Release, domain: str | None, language: str, *, names: Mapping[str, str] | None = None
) -> tuple[Row, ...]:
    """Every figure of one domain (None: of the whole), labelled and suppressed, in the order of the document.

    Empty for a domain that the release does not have. `names` labels agencies by code; without it they are called as
    on the day of the wave's tree.
    """
    found = released(release).records.get(domain, ())
    if names is None:
        names = domain_names(get_tree(release.wave.tree_date), language) if domain and found else {}
    return labelled(release, found, names, language)


def labelled(
    release: Release, records: Iterable[Record], names: Mapping[str, str], language: str
) -> tuple[Row, ...]:
    """Records of a release as rows in a language; `names` labels agencies by code."""
    instrument = instrument_of(release.wave)
    whole = translations(language).gettext("All agencies")
    named = (
        replace(one, label=domain_label(instrument, one.by, one.domain, language, names)) for one in records
    )
    return rows(named, addresses(release), language, whole)


def addresses(release: Release) -> dict[tuple[str, str], Measured]:
    """What every figure of a release is, by node and measure."""
    sha256 = release.wave.instrument_version.sha256
    if sha256 not in _addresses:
        _addresses[sha256] = measured_addresses(instrument_of(release.wave))
    return _addresses[sha256]
