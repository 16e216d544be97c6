"""The map of a branch: one tile of the same size for each agency, in the order of the tree.

A tile says its figure in digits and draws it on a small axis from 0 to 100; the shade repeats it in five bands that the
legend names in words. Nothing is told by colour alone, and no place on the ground is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.figures import show
from app.messages import translations
from app.results.chart import kind_of
from app.scorecards import Figure, Row
from app.services.overview import AgencyLine, Overview

BOUNDS = (60, 70, 80, 90)  # of the bands, the upper one belongs to the next
WIDTH = 100  # of the small axis, in its own units: one for each point


@dataclass(frozen=True, slots=True)
class Tile:
    """One agency. `band` counts from 1, the lowest, and is 0 where no value is shown; `words` says it.

    `value_x`, `low_x` and `high_x` are places on the small axis, None where there is no figure.
    """

    name: str
    value: str
    interval: str
    band: int
    words: str
    value_x: float | None
    low_x: float | None
    high_x: float | None
    page: str | None


@dataclass(frozen=True, slots=True)
class TileMap:
    """All tiles and the words of the bands that occur, the highest first."""

    tiles: tuple[Tile, ...]
    legend: tuple[tuple[int, str], ...]


def tile_map(overview: Overview, language: str) -> TileMap:
    """The tiles of a level; empty where nobody answered anywhere in it."""
    rows = [(line, overview.row(line)) for line in overview.tiles]
    if not any(row is not None for _, row in rows):
        return TileMap((), ())
    words = {band: _band_words(band, language) for band in range(len(BOUNDS) + 2)}
    tiles = tuple(_tile(line, row, words, language) for line, row in rows)
    bands = {tile.band: tile.words for tile in tiles}
    return TileMap(tiles, tuple(sorted(bands.items(), reverse=True)))


def band_of(value: float | None) -> int:
    """1 to 5 by the bounds; 0 without a value."""
    return 0 if value is None else 1 + sum(value >= bound for bound in BOUNDS)


def _tile(line: AgencyLine, row: Row | None, words: Mapping[int, str], language: str) -> Tile:
    if row is None:
        return Tile(line.name, "–", "", 0, words[0], None, None, None, None)
    kind, value = kind_of(row), row.value.value
    whisker = row.low.value is not None and row.high.value is not None
    between = f"{show(row.low, kind, language)} – {show(row.high, kind, language)}"
    return Tile(
        name=line.name,
        value=show(row.value, kind, language),
        interval=between if whisker else "",
        band=band_of(value),
        words=words[band_of(value)],
        value_x=_place(value),
        low_x=_place(row.low.value) if whisker else None,
        high_x=_place(row.high.value) if whisker else None,
        page=line.code,
    )


def _place(value: float | None) -> float | None:
    return None if value is None else round(min(max(value, 0), 100) * WIDTH / 100, 1)


def _band_words(band: int, language: str) -> str:
    _ = translations(language).gettext
    shown = [show(Figure(bound), "count", language) for bound in BOUNDS]
    if band == 0:
        return _("no value")
    if band == 1:
        return _("under %(bound)s") % {"bound": shown[0]}
    if band == len(BOUNDS) + 1:
        return _("%(bound)s and over") % {"bound": shown[-1]}
    return _("%(low)s to under %(high)s") % {"low": shown[band - 2], "high": shown[band - 1]}
