"""What the results page shows of a release: every agency's indices in tree order, and where its workbook lies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path

from app.figures import mark_facts
from app.messages import translations
from app.models import Release
from app.queries.agencies import AgencyTree, get_tree
from app.queries.errors import NotFound
from app.queries.waves import instrument_of
from app.scorecards import Fact, Figure, Placed, Row
from app.services.assembly.labels import text_in, wave_kind_label
from app.services.assembly.overview import index_labels, index_ranks, index_rows
from app.services.assembly.partitions import OWN
from app.services.assembly.stems import file_stems
from app.services.releasing import RESULTS, WORKBOOKS, domain_names, folder_of


@dataclass(frozen=True, slots=True)
class AgencyLine:
    """One agency of the wave's tree. Where nobody answered there or below, `rows` (by index code) is empty and
    there is no workbook. `ranks` (by index code) holds only the indices for which it is ranked."""

    code: str
    name: str
    parent: str | None
    depth: int
    rows: dict[str, Row]
    workbook: str | None
    ranks: dict[str, Placed] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Overview:
    """A release for the page, in one language. `indices` are (code, title); `lines` parents before children."""

    title: str
    wave: str
    instrument: str
    wave_kind: str
    level: float
    indices: tuple[tuple[str, str], ...]
    lines: tuple[AgencyLine, ...]
    whole: dict[str, Row]
    whole_workbook: str
    marks: tuple[Fact, ...]


def overview(release: Release, language: str) -> Overview:
    """The newest figures of a release; raises NotFound where its results file is gone."""
    wave = release.wave
    instrument = instrument_of(wave)
    tree = get_tree(wave.tree_date)
    document = _document(folder_of(release) / RESULTS, release.results_sha256)
    whole_name = translations(language).gettext("All agencies")
    names = domain_names(tree, language)
    rows = index_rows(document, instrument, language, names, whole_name)
    # As the workbooks were named when they were written: by the domains of the results, in their order.
    domains = dict.fromkeys((one["by"], one["domain"]) for one in document["estimates"])
    stems = {domain: stem for (_by, domain), stem in file_stems(domains).items()}
    ranks: dict[str, dict[str, Placed]] = {}
    for (index, domain), placed in index_ranks(document, instrument, partial(_level, tree)).items():
        ranks.setdefault(domain, {})[index] = placed
    by_domain: dict[str | None, dict[str, Row]] = {}
    for row in rows:
        by_domain.setdefault(row.domain, {})[row.node] = row
    return Overview(
        title=wave.survey.title.get(language) or next(iter(wave.survey.title.values())),
        wave=wave.title.get(language) or next(iter(wave.title.values())),
        instrument=f"{text_in(instrument.title, language)} ({instrument.identity})",
        wave_kind=wave_kind_label(document["wave_kind"], language),
        level=document["level"],
        indices=index_labels(instrument, language),
        lines=tuple(_lines(tree, by_domain, ranks, names, stems)),
        whole=by_domain.get(None, {}),
        whole_workbook=stems[None],
        marks=mark_facts(_marks(rows), language),
    )


def workbook_path(release: Release, stem: str) -> Path:
    """The workbook of a release with this file stem; NotFound for any other name."""
    folder = folder_of(release) / WORKBOOKS
    if stem not in {path.stem for path in folder.glob("*.xlsx")}:
        raise NotFound("workbook", stem)
    return folder / f"{stem}.xlsx"


def _lines(
    tree: AgencyTree,
    by_domain: dict[str | None, dict[str, Row]],
    ranks: dict[str, dict[str, Placed]],
    names: dict[str, str],
    stems: dict[str | None, str],
) -> Iterator[AgencyLine]:
    for root in tree.roots:
        for code in tree.branch(root):
            path = tree.path(code)
            yield AgencyLine(
                code=code,
                name=names[code],
                parent=path[-2] if len(path) > 1 else None,
                depth=len(path) - 1,
                rows=by_domain.get(code, {}),
                workbook=stems.get(code),
                ranks=ranks.get(code, {}),
            )
            own = f"{code}{OWN}"
            if own in stems:
                found = by_domain.get(own, {})
                yield AgencyLine(own, names[own], code, len(path), found, stems[own], ranks.get(own, {}))


def _level(tree: AgencyTree, domain: str) -> int:
    """Who is ranked together: agencies at one depth of the tree; 0 for those taken without what is below them."""
    return 0 if domain.endswith(OWN) else len(tree.path(domain))


def _marks(rows: tuple[Row, ...]) -> set[str]:
    figures = (cell for row in rows for cell in (row.value, row.low, row.high, row.n))
    return {figure.mark for figure in figures if isinstance(figure, Figure) and figure.mark}


@lru_cache(maxsize=4)
def _document(path: Path, sha256: str) -> dict:
    """A results document, read once per process: what is released never changes."""
    if not path.is_file():
        raise NotFound("results file", path.name)
    return json.loads(path.read_text(encoding="utf-8"))
