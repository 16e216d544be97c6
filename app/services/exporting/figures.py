"""The results of a release as one long table: agency by node by measure, with the two status columns of Eurostat."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

from app.models import Release
from app.queries.agencies import get_tree
from app.scorecards import Figure, Row
from app.services.assembly.partitions import OWN
from app.services.exporting.delimited import guarded
from app.services.exporting.options import DELIMITERS
from app.services.exporting.refusals import MISCOUNTED, NOTHING_RELEASED, ExportRefused
from app.services.released import released, rows_of
from app.services.releasing import domain_names

Tell = Callable[[int, int | None], None]

HEADER = (
    "survey",
    "wave",
    "release",
    "agency",
    "agency_name",
    "own_respondents",
    "node",
    "node_name",
    "kind",
    "measure",
    "OBS_VALUE",
    "std_error",
    "low",
    "high",
    "interval_method",
    "n",
    "n_psu",
    "n_eff",
    "df",
    "deff",
    "OBS_STATUS",
    "CONF_STATUS",
    "remark",
)
TYPED = tuple(HEADER.index(name) for name in ("agency_name", "node_name", "remark"))


def export_figures(
    release: Release,
    folder: Path,
    language: str,
    *,
    tops: frozenset[str] | None = None,
    delimiter: str = "comma",
    bom: bool = True,
    tell: Tell = lambda done, total: None,
) -> tuple[Path, int]:
    """Write every figure that the person may read; the file, and how many rows it has.

    Figures are as released, to 12 significant digits; one that is not shown is an empty cell with its status. The whole
    is in it only where `tops` is None. Raises ExportRefused where nothing of the release is in these branches.
    """
    domains = domains_of(release, tops)
    if not domains:
        raise ExportRefused(NOTHING_RELEASED, wave=release.wave.code)
    records = released(release).records
    expected, written = sum(len(records[domain]) for domain in domains), 0
    names = domain_names(get_tree(release.wave.tree_date), language)
    path = folder / f"{release.wave.survey.code}-{release.wave.code}-{release.number}-figures.csv"
    with path.open("w", encoding="utf-8-sig" if bom else "utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=DELIMITERS[delimiter])
        writer.writerow(HEADER)
        for domain in domains:
            tell(written, expected)
            for row in rows_of(release, domain, language, names=names):
                line = tuple(_line(release, row))
                # With the mark a spreadsheet opens the file, and names come from lists and instruments.
                writer.writerow(guarded(line, TYPED) if bom else line)
                written += 1
    if written != expected:
        path.unlink()
        raise ExportRefused(MISCOUNTED, written=written, expected=expected)
    return path, written


def domains_of(release: Release, tops: frozenset[str] | None) -> list[str | None]:
    """The domains of a release within these branches, in its order; None is the whole, for who may read all."""
    covered = get_tree(release.wave.tree_date).covered(tops)
    found: list[str | None] = list(released(release).records)
    if covered is None:
        return found
    return [domain for domain in found if domain is not None and domain.removesuffix(OWN) in covered]


def statuses(row: Row) -> tuple[str, str]:
    """OBS_STATUS and CONF_STATUS of a row.

    OBS_STATUS: `u` low reliability (few answers, no interval, or indicative only), `m` there is no figure, empty
    otherwise. CONF_STATUS: `C` hidden, since too few answered or since another could be found from it.
    """
    flags = set((row.flag or "").split())
    if "suppressed" in flags:
        return "", "C"
    if row.value.value is None:
        return "m", ""
    return ("u" if flags & {"small", "indicative", "not_estimable", "no_variation"} else ""), ""


def _line(release: Release, row: Row) -> Iterator[str | int | float | None]:
    domain = row.domain or ""
    yield from (release.wave.survey.code, release.wave.code, release.number)
    yield from (domain.removesuffix(OWN), row.domain_label, "yes" if domain.endswith(OWN) else "")
    yield from (row.node, row.node_label, row.kind, row.measure)
    yield from map(_number, (row.value, row.std_error, row.low, row.high))
    yield row.interval_method
    yield from map(_number, (row.n, row.n_psu, row.n_eff, row.df, row.deff))
    yield from statuses(row)
    yield row.flag_reason or ""


def _number(figure: Figure) -> str:
    return "" if figure.value is None else repr(figure.value)
