"""The change since an earlier wave, with its interval: `[trend]` of an options file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from app.services.files import FileRefused, ResponseFile
from scoring.crosswalk import Crosswalk
from scoring.trend import Wave, series
from surveys import loading

from .earlier import DocumentSide, Figured, RunSide, Side, shared
from .measures import recorded
from .options import ScoringOptions
from .requests.keys import Trend
from .requests.reading import positive, read_table, sha256
from .rounding import published

if TYPE_CHECKING:
    from .requested import Run

DESIGN = ("weight", "stratum", "cluster", "fpc")


def trend(run: Run, asked: Trend, folder: Path, again: Callable[..., Run]) -> dict[str, Any]:
    """Later less earlier of every index and first-level node (`--pairs all`: of everything) in every domain.

    `folder` is where the options file stands; `again` works the earlier wave as this one was. Raises `FileRefused`.
    """
    later = RunSide(run)
    with ExitStack() as opened:
        earlier = _earlier(run, asked, folder, again, opened)
        broken = earlier.sha256 != later.sha256 and asked.same_method is None
        links = _links(asked, folder, earlier, later)
        changes = [] if broken else list(_changes(earlier, later, asked, links))
    return {
        "earlier": {
            "instrument": earlier.identity,
            "instrument_sha256": earlier.sha256,
            "file_sha256": sha256(folder / (asked.results or asked.responses)),
        },
        "shared_psus": bool(asked.shared_psus),
        "crosswalk_sha256": sha256(folder / asked.crosswalk) if asked.crosswalk else None,
        "break": broken,
        "same_method": asked.same_method,
        "changes": changes,
    }


def _earlier(run: Run, asked: Trend, folder: Path, again: Callable[..., Run], opened: ExitStack) -> Side:
    if asked.results is not None:
        return DocumentSide(folder / asked.results)
    file = opened.enter_context(ResponseFile(folder / asked.responses))
    instrument = loading.load(folder / asked.instrument) if asked.instrument else run.instrument
    return RunSide(again(file, instrument, _options(run.options, asked)))


def _options(options: ScoringOptions, asked: Trend) -> ScoringOptions:
    """This run's options with the earlier wave's design; `compare`, so that the totals are kept."""
    own = {key: getattr(asked, key) for key in DESIGN}
    # Where no part of a design is named, the earlier file is supposed to have this run's columns.
    design = own if any(own.values()) else {}
    return replace(options, **design, requests=None, compare=True, wave_kind="probability")


def _links(asked: Trend, folder: Path, earlier: Side, later: Side) -> Crosswalk | None:
    """The crosswalk, from the earlier wave's domains to the later's."""
    if asked.crosswalk is None:
        return None
    path = folder / asked.crosswalk
    old, new = earlier.domains(asked.by), later.domains(asked.by)
    if not old or not new:
        raise FileRefused(f"trend.by: {asked.by!r} is no --by of both waves; score both by it.")
    rows, _ = read_table(path, ("old", "new", "size"))
    links: dict[tuple[int, int], float] = {}
    for number, row in rows:
        for column, codes in (("old", old), ("new", new)):
            if row[column] not in codes:
                raise FileRefused(
                    f"{path}: row {number}: {column} {row[column]!r} is no domain of {asked.by} in that wave."
                )
        link = old.index(row["old"]), new.index(row["new"])
        if link in links:
            raise FileRefused(f"{path}: row {number} names a link again; write it once with all its people.")
        links[link] = positive(path, number, "size", row["size"])
    places = np.array(list(links), dtype=np.intp)
    return Crosswalk(len(old), len(new), places[:, 0], places[:, 1], np.array(list(links.values())))


def _same_codes(earlier: tuple[str | None, ...], later: tuple[str | None, ...]) -> Crosswalk:
    """Every domain is its namesake."""
    links = [(earlier.index(code), k) for k, code in enumerate(later) if code in earlier]
    places = np.array(links, dtype=np.intp).reshape(-1, 2)
    return Crosswalk(len(earlier), len(later), places[:, 0], places[:, 1], np.ones(len(links)))


def _changes(
    earlier: Side, later: RunSide, asked: Trend, links: Crosswalk | None
) -> Iterator[dict[str, Any]]:
    run = later.run
    for _, one in recorded(run.measured):
        near = one.kind != "item" and one.node.count(".") <= 1
        if not (near or run.options.pairs == "all") or not earlier.has(one.node, one.measure):
            continue
        for by in dict.fromkeys(partition.by for partition in run.inputs.partitions):
            old, new = earlier.domains(by), later.domains(by)
            if old:
                walk = links if links is not None and by == asked.by else _same_codes(old, new)
                address = {"node": one.node, "measure": one.measure, "by": by}
                for domain, change in zip(new, _changed(earlier, later, asked, address, walk), strict=True):
                    yield address | {"domain": domain} | change


def _changed(
    earlier: Side, later: RunSide, asked: Trend, address: dict[str, Any], walk: Crosswalk
) -> Iterator[dict[str, Any]]:
    """The change of one figure in every domain of one `by`."""
    place = (address["by"], address["node"], address["measure"])
    cross = None
    if asked.shared_psus and isinstance(earlier, RunSide):
        before, after, cross = shared(earlier, later, *place)
    else:
        before, after = earlier.figured(*place), later.figured(*place)
    waves = [Wave(one.value, one.covariance, "one method", one.df) for one in (before, after)]
    found = series(waves, [walk])
    moved = found.change(0, 1, cross=cross)
    low, high = moved.confidence_interval(later.run.options.level)
    for d in range(len(after.value)):
        yield {
            "earlier": published(found.value[0, d]),
            "later": published(after.value[d]),
            "difference": published(moved.difference[d]),
            "std_error": published(moved.std_error[d]),
            "low": published(low[d]) if moved.std_error[d] > 0 else None,
            "high": published(high[d]) if moved.std_error[d] > 0 else None,
            "df": int(moved.df[d]),
            "p": published(moved.p_value[d]),
            "supposed": bool(found.estimated[0, d]),
            "flag": _flag(before, after, walk, d),
        }


def _flag(before: Figured, after: Figured, walk: Crosswalk, d: int) -> str | None:
    """Why a domain has no change: hidden or undefined in one of the waves, or without a past."""
    parts: NDArray[np.intp] = np.flatnonzero(walk.flow[d] > 0)
    if not len(parts):
        return "new"
    flags = {after.flags[d], *(before.flags[part] for part in parts)}
    return next((word for word in ("suppressed", "undefined") if word in flags), None)
