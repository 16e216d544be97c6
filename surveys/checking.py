"""What a schema cannot say of an instrument: rules that need to see two places at once.

`check` runs every rule and collects every finding. The rules stand by subject: codes and languages here,
items and scales in `checking_items`, `show_if` in `checking_routing`, index trees in `checking_indices`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pydantic import BaseModel

from surveys import checking_indices, checking_items, checking_routing
from surveys.instrument import RESERVED, RESERVED_CODES, Instrument, Node
from surveys.problems import Finding, Path


def check(instrument: Instrument) -> list[Finding]:
    """Every finding, grouped by rule; an instrument without any is fit for use."""
    return [
        *_languages(instrument),
        *_codes(instrument),
        *checking_items.check(instrument),
        *checking_routing.check(instrument),
        *checking_indices.check(instrument),
    ]


def _languages(instrument: Instrument) -> Iterator[Finding]:
    declared = instrument.languages
    for position, language in enumerate(declared):
        if language in declared[:position]:
            yield Finding("duplicate_language", ("languages", position), {"language": language})
    about: tuple[Path, ...] = (("languages",),)
    for path, text in _texts(instrument, ()):
        missing = [language for language in dict.fromkeys(declared) if language not in text]
        if missing:
            context = {"key": path[-1], "languages": ", ".join(missing)}
            yield Finding("missing_language", path, context, about)
        for language in text:
            if language not in declared:
                context = {"key": path[-1], "language": language}
                yield Finding("undeclared_language", (*path, language), context, about)


def _texts(part: BaseModel, path: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    """Every text by language in a part and below it."""
    for name in type(part).model_fields:
        value = getattr(part, name)
        if isinstance(value, dict) and name == "scales":
            for scale, inner in value.items():
                yield from _texts(inner, (*path, name, scale))
        elif isinstance(value, dict):
            yield (*path, name), value
        elif isinstance(value, tuple):
            for position, inner in enumerate(value):
                if isinstance(inner, BaseModel):
                    yield from _texts(inner, (*path, name, position))


def _codes(instrument: Instrument) -> Iterator[Finding]:
    sections = [(("sections", at, "code"), section.code) for at, section in enumerate(instrument.sections)]
    items = [
        (("sections", at, "items", position, "code"), item.code)
        for at, section in enumerate(instrument.sections)
        for position, item in enumerate(section.items)
    ]
    indices = [(("indices", at, "code"), index.code) for at, index in enumerate(instrument.indices)]
    yield from _twice("duplicate_section", sections, set())
    taken: set[str] = set()  # items and indices share one namespace (CONTRACTS 1)
    yield from _twice("duplicate_item", items, taken)
    yield from _twice("duplicate_index", indices, taken)
    for path, code in items:
        if code in RESERVED_CODES:
            yield Finding("reserved_code", path, {"value": code})
    nodes: list[tuple[Path, str]] = []
    for at, index in enumerate(instrument.indices):
        below = list(_nodes(index, ("indices", at)))
        yield from _twice("duplicate_node", below, set())
        nodes += below
    for path, code in [*sections, *items, *indices, *nodes]:
        if RESERVED in code:
            yield Finding("reserved_underscores", path, {"value": code})


def _twice(rule: str, codes: Iterable[tuple[Path, str]], taken: set[str]) -> Iterator[Finding]:
    for path, code in codes:
        if code in taken:
            yield Finding(rule, path, {"value": code})
        taken.add(code)


def _nodes(node: Node, path: Path) -> Iterator[tuple[Path, str]]:
    for position, child in enumerate(node.children):
        below = (*path, "children", position)
        yield (*below, "code"), child.code
        yield from _nodes(child, below)
