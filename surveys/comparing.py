"""Two versions of an instrument side by side: what was added, removed, or says or counts otherwise.

A difference of `meaning` touches what is asked, what can be answered, who is asked or how it counts: figures of the two
versions are then not plainly comparable there. Wording is meaning too; hints, sources and the like are not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel

from surveys.instrument import Instrument, Item, Node

What = Literal["added", "removed", "changed", "moved"]
Kind = Literal["instrument", "section", "item", "option", "index"]

# What a part says of itself without changing what is asked or counted.
REMARKS = frozenset({"source", "status", "wording", "clause", "maps_to", "hint", "introduction", "closing"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference. `code` names the part, `key` what of it changed (empty: the part as a whole).

    `before` and `after` are texts; `language` is that of a text that is given per language, else empty.
    """

    what: What
    kind: Kind
    code: str
    key: str = ""
    language: str = ""
    before: str = ""
    after: str = ""
    meaning: bool = True


def compare(old: Instrument, new: Instrument) -> tuple[Difference, ...]:
    """What is different in `new`, part by part in its order; what was removed comes first of its kind."""
    sections = ({one.code: one for one in side.sections} for side in (old, new))
    return (
        *_own(old, new),
        *_parts("section", *sections),
        *_items(old, new),
        *_indices(old, new),
    )


def _own(old: Instrument, new: Instrument) -> Iterator[Difference]:
    for key in ("kind", "audience", "title", "source", "languages", "introduction", "closing"):
        meaning = key in ("kind", "audience")
        yield from _values("instrument", new.code, key, getattr(old, key), getattr(new, key), meaning)


def _parts(kind: Kind, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    """Sections: their words and condition; items are compared across them."""
    for code in old:
        if code not in new:
            yield Difference("removed", kind, code, meaning=False)
    for code, part in new.items():
        if code not in old:
            yield Difference("added", kind, code, meaning=False)
            continue
        for key in ("title", "introduction", "show_if"):
            before, after = getattr(old[code], key), getattr(part, key)
            yield from _values(kind, code, key, before, after, key == "show_if")


def _items(old: Instrument, new: Instrument) -> Iterator[Difference]:
    before = {item.code: item for item in old.items}
    after = {item.code: item for item in new.items}
    for code, item in before.items():
        if code not in after:
            yield Difference("removed", "item", code, before=_first(item.text))
    kept = [code for code in before if code in after]
    order = [code for code in after if code in before]
    displaced = {one for one, other in zip(order, kept, strict=True) if one != other}
    for code, item in after.items():
        if code not in before:
            yield Difference("added", "item", code, after=_first(item.text))
            continue
        if code in displaced:
            yield Difference("moved", "item", code, meaning=False)
        yield from _item(code, before[code], item)
        yield from _options(code, old, before[code], new, item)


def _item(code: str, old: Item, new: Item) -> Iterator[Difference]:
    for key in Item.model_fields:
        # Options are compared one by one, whether they are the item's own or those of a scale.
        if key not in ("code", "options", "scale"):
            yield from _values("item", code, key, getattr(old, key), getattr(new, key), key not in REMARKS)


def _options(code: str, old: Instrument, before: Item, new: Instrument, after: Item) -> Iterator[Difference]:
    gone = {option.code: option for option in old.options(before)}
    here = {option.code: option for option in new.options(after)}
    for one, option in gone.items():
        if one not in here:
            yield Difference("removed", "option", f"{code}: {one}", before=_first(option.label))
    for one, option in here.items():
        if one not in gone:
            yield Difference("added", "option", f"{code}: {one}", after=_first(option.label))
            continue
        for key in ("label", "value", "missing"):
            yield from _values(
                "option", f"{code}: {one}", key, getattr(gone[one], key), getattr(option, key), True
            )
    satisfied = (old.satisfied(before), new.satisfied(after))
    yield from _values("item", code, "satisfied", *satisfied, True)


def _indices(old: Instrument, new: Instrument) -> Iterator[Difference]:
    before = {path: node for _index, path, node in old.walk()}
    after = {path: node for _index, path, node in new.walk()}
    for path in before:
        if path not in after:
            yield Difference("removed", "index", path)
    for path, node in after.items():
        if path not in before:
            yield Difference("added", "index", path, after=_first(node.title))
            continue
        for key in Node.model_fields:
            if key not in ("code", "children"):
                given = (getattr(before[path], key), getattr(node, key))
                yield from _values("index", path, key, *given, key not in REMARKS and key != "title")


def _values(kind: Kind, code: str, key: str, old: Any, new: Any, meaning: bool) -> Iterator[Difference]:
    if old == new:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for language in dict.fromkeys((*old, *new)):
            before, after = old.get(language, ""), new.get(language, "")
            if before != after:
                # A language that is new adds a translation; it takes nothing from the others.
                said = meaning and bool(before)
                yield Difference("changed", kind, code, key, language, before, after, said)
        return
    yield Difference("changed", kind, code, key, "", _text(old), _text(new), meaning)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return _first(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(_text, value))
    if isinstance(value, BaseModel):
        return _text(getattr(value, "code", ""))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _first(texts: Mapping[str, str]) -> str:
    return next(iter(texts.values()), "")
