"""How the answers to items divide, drawn: one bar of whole length per item, a part for every option.

Parts stand in the order of the options, apart from each other, each with its digits where they fit: the order and the
table tell what the shades repeat. Figures are pixels here.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.agency_cards import ItemAnswers
from app.figures import show
from app.results.chart import LETTER, LINE, Layout

BAR, GAP = 22, 14  # height of a bar; room below it
APART = 1.5  # between two parts


@dataclass(frozen=True, slots=True)
class Part:
    """One option's share; `text` is empty where its digits do not fit. `shade` counts from 1 to 5, the last option."""

    x: float
    width: float
    text: str
    shade: int
    spoken: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One item; without `parts` its answers are not shown, and `text` is the mark that says so."""

    name: tuple[str, ...]
    name_y: float
    y: float
    parts: tuple[Part, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Bars:
    """A figure of items with the same options."""

    layout: Layout
    height: float
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Options:
    """Items that share their options: (code, label, shade) of each, and the items."""

    options: tuple[tuple[str, str, int], ...]
    items: tuple[ItemAnswers, ...]


def by_options(answers: Iterable[ItemAnswers]) -> tuple[Options, ...]:
    """The items in groups of equal options, in the order of the instrument."""
    found: dict[tuple[tuple[str, str], ...], list[ItemAnswers]] = {}
    for one in answers:
        found.setdefault(tuple((share.code, share.label) for share in one.shares), []).append(one)
    return tuple(
        Options(
            tuple((code, label, _shade(k, len(options))) for k, (code, label) in enumerate(options)),
            tuple(items),
        )
        for options, items in found.items()
    )


def draw_bars(items: Sequence[ItemAnswers], layout: Layout, language: str) -> Bars:
    """A bar for every item, its name above it."""
    top, bars = 4.0, []
    width = layout.width - 8
    for one in items:
        lines = tuple(textwrap.wrap(one.label, int(layout.width / LETTER), max_lines=3, placeholder=" …"))
        y = top + LINE * len(lines) + 2
        hidden = next((share for share in one.shares if share.share.value is None), None)
        bars.append(
            Bar(
                name=lines,
                name_y=top + 13,
                y=y,
                parts=() if hidden else tuple(_parts(one, width, language)),
                text=show(hidden.share, "percent", language) if hidden else "",
            )
        )
        top = y + BAR + GAP
    return Bars(layout, top, tuple(bars))


def _parts(one: ItemAnswers, width: float, language: str) -> Iterable[Part]:
    x = 4.0
    for k, share in enumerate(one.shares):
        text = show(share.share, "percent", language)
        long = width * share.share.value / 100
        if long > 0:
            yield Part(
                x=round(x, 1),
                width=round(max(long - APART, 0.5), 1),
                text=text if long > (len(text) + 1) * LETTER else "",
                shade=_shade(k, len(one.shares)),
                spoken=f"{share.label}: {text} %",
            )
        x += long


def _shade(place: int, options: int) -> int:
    """From 1, the first option, to 5, the last."""
    return 3 if options < 2 else 1 + round(4 * place / (options - 1))
