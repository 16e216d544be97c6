"""Rules of items, scales and options: what belongs together and what excludes each other."""

from __future__ import annotations

import re
from collections.abc import Iterator

from surveys import clauses
from surveys.conditions import number
from surveys.instrument import RESERVED, Instrument, Item, Option, Scale
from surveys.problems import Finding, Path, closest

ANSWERABLE = ("choice", "multi", "text", "number", "date", "rated_agency")
WITH_OPTIONS = ("choice", "multi")
TEXT_LIMIT = 10_000  # the most characters that `max` may allow a text

_COLUMN = re.compile(r"[a-z0-9][a-z0-9_-]*")


def check(instrument: Instrument) -> Iterator[Finding]:
    """Findings of every scale and every item."""
    for name, scale in instrument.scales.items():
        yield from _options(scale.options, ("scales", name))
        yield from _satisfied(scale, ("scales", name))
    for at, section in enumerate(instrument.sections):
        for position, item in enumerate(section.items):
            path: Path = ("sections", at, "items", position)
            yield from _options(item.options, path)
            yield from _item(instrument, item, path)


def item_paths(instrument: Instrument) -> dict[str, Path]:
    """Where each item stands in the document."""
    return {
        item.code: ("sections", at, "items", position)
        for at, section in enumerate(instrument.sections)
        for position, item in enumerate(section.items)
    }


def looked_at(item: Item, path: Path) -> tuple[Path, ...]:
    """The parts that say how an item is answered: itself and its scale."""
    return (path, ("scales", item.scale)) if item.scale else (path,)


def _options(options: tuple[Option, ...], path: Path) -> Iterator[Finding]:
    taken: set[object] = set()
    valued = any(option.value is not None for option in options)
    for position, option in enumerate(options):
        place = (*path, "options", position)
        context = {"value": option.code}
        # `5` and `5.0` are one code in a column of numbers (CONTRACTS 1).
        key = option.code if (as_number := number(option.code)) is None else as_number
        if key in taken:
            yield Finding("duplicate_option", (*place, "code"), context)
        taken.add(key)
        if option.value is not None and option.missing is not None:
            yield Finding("value_and_missing", place, context)
        if valued and option.value is None and option.missing is None:
            yield Finding("unvalued_option", place, context)


def _satisfied(scale: Scale, path: Path) -> Iterator[Finding]:
    values = {option.code: option.value for option in scale.options}
    about = ((*path, "options"),)
    for position, code in enumerate(scale.satisfied):
        place = (*path, "satisfied", position)
        if code not in values:
            yield Finding("satisfied_unknown", place, {"value": code, "options": ", ".join(values)}, about)
        elif values[code] is None:
            yield Finding("satisfied_unvalued", place, {"value": code}, about)


def _item(instrument: Instrument, item: Item, path: Path) -> Iterator[Finding]:
    if item.type not in ANSWERABLE:
        yield Finding("type_not_offered", (*path, "type"), {"type": item.type})
    elif item.type in WITH_OPTIONS:
        yield from _choices(instrument, item, path)
    else:
        for key in ("scale", "options"):
            if getattr(item, key):
                yield Finding("options_not_for_type", (*path, key), {"type": item.type, "key": key})
    yield from _rated(item, path)
    if item.clause is not None and (reason := clauses.unknown(item.clause)):
        yield Finding("clause_unknown", (*path, "clause"), {"value": item.clause, "reason": reason})
    if item.scale is not None and item.scale not in instrument.scales:
        context = {"value": item.scale, "advice": closest(item.scale, instrument.scales)}
        yield Finding("unknown_scale", (*path, "scale"), context, (("scales", item.scale),))
        return
    if item.reverse:
        yield from _reverse(instrument, item, path)
    if item.max is not None:
        yield from _max(instrument, item, item.max, path)


def _rated(item: Item, path: Path) -> Iterator[Finding]:
    if item.type != "rated_agency":
        if item.agencies is not None:
            yield Finding("agencies_not_for_type", (*path, "agencies"), {"type": item.type})
        return
    if item.agencies is None:
        yield Finding("agencies_missing", path)
    if item.role != "screening":
        yield Finding("rated_agency_role", (*path, "role"), {"role": item.role})


def _choices(instrument: Instrument, item: Item, path: Path) -> Iterator[Finding]:
    if item.scale is not None and item.options:
        yield Finding("scale_and_options", (*path, "options"))
    if item.scale is None and not item.options:
        yield Finding("options_missing", path, {"type": item.type})
    if item.type == "multi" and (item.scale is None or item.scale in instrument.scales):
        for position, option in enumerate(instrument.options(item)):
            if not _COLUMN.fullmatch(option.code) or RESERVED in option.code:
                place = (*path, "options", position, "code") if item.options else (*path, "scale")
                yield Finding("option_not_a_column", place, {"value": option.code})


def _reverse(instrument: Instrument, item: Item, path: Path) -> Iterator[Finding]:
    place = (*path, "reverse")
    about = looked_at(item, path)
    values = {option.value for option in instrument.options(item) if option.value is not None}
    if not values:
        yield Finding("reverse_without_values", place, {}, about)
    elif instrument.satisfied(item):
        yield from lopsided(values, place, about)


def lopsided(values: set[float], place: Path, about: tuple[Path, ...]) -> Iterator[Finding]:
    """The first of the values that has no counterpart when they are mirrored."""
    for value in sorted(values):
        if min(values) + max(values) - value not in values:
            yield Finding("reverse_lopsided", place, {"value": f"{value:g}"}, about)
            return


def _max(instrument: Instrument, item: Item, most: float, path: Path) -> Iterator[Finding]:
    place = (*path, "max")
    options = instrument.options(item)
    limit, what = (TEXT_LIMIT, "characters") if item.type == "text" else (len(options), "options")
    if item.type == "choice":
        top = max(options, key=lambda option: option.value or 0, default=None)
        if top is not None and (top.value or 0) > most:
            context = {"max": f"{most:g}", "value": top.code, "worth": f"{top.value:g}"}
            yield Finding("max_below_value", place, context)
    elif item.type in ("text", "multi"):
        if most != int(most) or not 1 <= most <= limit:
            context = {"type": item.type, "what": what, "limit": limit}
            yield Finding("max_not_whole", place, context)
    elif item.type != "number":
        yield Finding("max_not_for_type", place, {"type": item.type})
