"""Rules of `show_if`: it can be read, looks back only, and compares what can be compared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from surveys.checking_items import item_paths, looked_at
from surveys.conditions import Comparison, ConditionError, Literal, equal, number, parse
from surveys.instrument import Instrument, Item, Option
from surveys.problems import Finding, Path, closest

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_EXACT = ("==", "!=", "in")


def check(instrument: Instrument) -> Iterator[Finding]:
    """Findings of every `show_if`, of sections and of items."""
    earlier: set[str] = set()
    for at, section in enumerate(instrument.sections):
        yield from _condition(instrument, section.show_if, ("sections", at, "show_if"), earlier)
        for position, item in enumerate(section.items):
            path = ("sections", at, "items", position, "show_if")
            yield from _condition(instrument, item.show_if, path, earlier)
            earlier.add(item.code)


def _condition(instrument: Instrument, text: str | None, path: Path, earlier: set[str]) -> Iterator[Finding]:
    if text is None:
        return
    try:
        condition = parse(text)
    except ConditionError as error:
        yield Finding("condition_syntax", path, {"position": error.position, "reason": error.reason})
        return
    places = item_paths(instrument)
    for code in condition.items:
        if code not in places:
            context = {"value": code, "advice": closest(code, earlier)}
            yield Finding(
                "condition_unknown_item", path, context, tuple((*at, "code") for at in places.values())
            )
        elif code not in earlier:
            yield Finding("condition_later_item", path, {"value": code})
    for comparison in condition.comparisons:
        if comparison.item in places:
            item = instrument.item(comparison.item)
            about = looked_at(item, places[item.code])
            for rule, context in _comparison(instrument, item, comparison):
                yield Finding(rule, path, {"item": item.code} | context, about)


def _comparison(
    instrument: Instrument, item: Item, comparison: Comparison
) -> Iterator[tuple[str, dict[str, object]]]:
    """Rule and context of what is wrong with comparing this item so."""
    if item.scale is not None and item.scale not in instrument.scales:
        return
    if advice := _unfit(instrument, item, comparison):
        yield "condition_unfit", {"advice": advice}
    elif item.type == "multi" or (item.type == "choice" and comparison.operator in _EXACT):
        for literal in comparison.literals:
            yield from _option(instrument.options(item), literal)


def _unfit(instrument: Instrument, item: Item, comparison: Comparison) -> str | None:
    """What to write instead, if this comparison makes no sense for this type of item."""
    relation, literals = comparison.operator, comparison.literals
    if (item.type == "multi") != (relation == "contains"):
        example = f"'…' in {item.code}" if item.type == "multi" else f"{item.code} == '…'"
        return f"for a {item.type} item write {example}"
    texts = [literal for literal in literals if isinstance(literal, str)]
    if item.type == "number" and texts:
        return "compare a number item with numbers, without quotes"
    if item.type == "date" and (len(texts) < len(literals) or not all(_is_day(text) for text in texts)):
        return "compare a date item with dates such as '2025-12-31'"
    ordered = relation not in (*_EXACT, "contains")
    if item.type in ("text", "rated_agency") and (ordered or len(texts) < len(literals)):
        return f"a {item.type} item can be compared by == and != with a quoted text"
    if item.type == "choice" and ordered:
        if texts:
            return f"{relation} needs a number, without quotes"
        if all(number(option.code) is None for option in instrument.options(item)):
            return f"{relation} needs options whose codes are numbers"
    return None


def _is_day(text: str) -> bool:
    try:
        return bool(_DAY.fullmatch(text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _option(options: tuple[Option, ...], literal: Literal) -> Iterator[tuple[str, dict[str, object]]]:
    shown = literal if isinstance(literal, str) else f"{literal:g}"
    matching = [option for option in options if equal(option.code, literal)]
    if not matching:
        yield "condition_unknown_option", {"value": shown, "options": ", ".join(one.code for one in options)}
    elif all(option.missing is not None for option in matching):
        yield "condition_missing_option", {"value": shown}
