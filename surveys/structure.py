"""The shape of a document: read data into an `Instrument`, every fault of shape in a sentence of ours.

A document with faults of shape is mended on a copy (what is wrong left out, what is needed filled in), so
that the rules of `surveys/checking.py` can look at the rest and the author sees all problems at once.
"""

from __future__ import annotations

import copy
from typing import Any

from pydantic import ValidationError

from surveys.instrument import Index, Instrument, Item, Node, Option, Part, Scale, Section
from surveys.problems import STAND_IN, Finding, Path, closest

_PARTS: dict[str, type[Part]] = {
    "options": Option,
    "sections": Section,
    "items": Item,
    "indices": Index,
    "children": Node,
}
_BY_LANGUAGE = frozenset(("title", "introduction", "closing", "text", "hint", "label"))
_ROUNDS = 4  # a mended part can show a fault that its own fault had hidden
_GONE = object()

# Faults of pydantic by their type; those that need a closer look stand in `_finding`.
_CODES = {
    "extra_forbidden": "unknown_key",
    "missing": "missing_key",
    "string_type": "not_text",
    "string_unicode": "control_character",
    "string_too_short": "empty_text",
    "string_too_long": "text_too_long",
    "int_type": "not_a_whole_number",
    "float_type": "not_a_number",
    "finite_number": "not_a_number",
    "bool_type": "not_true_or_false",
    "tuple_type": "not_a_list",
    "too_short": "empty_list",
    "model_type": "not_a_mapping",
    "dict_type": "not_named",
    "literal_error": "not_one_of",
    "greater_than": "out_of_range",
    "greater_than_equal": "out_of_range",
    "less_than_equal": "out_of_range",
}
_BOUNDS = {"gt": "more than", "ge": "at least", "le": "at most"}


def build(data: Any) -> tuple[Instrument | None, list[Finding]]:
    """The instrument and the faults of shape, in the order of the document.

    With faults the instrument is a mended copy, good for further checks and nothing else; None where even
    that could not be made.
    """
    findings: list[Finding] = []
    mended = data
    for _ in range(_ROUNDS):
        try:
            return Instrument.model_validate(mended), findings
        except ValidationError as error:
            found = [
                _finding(mended, one) for one in error.errors(include_url=False) if not _counts_valid(one)
            ]
        findings += [one for one in found if not any(one.echoes(other) for other in findings)]
        if not isinstance(data, dict):
            break
        mended = _mend(mended, found)
    return None, findings


def part_at(path: Path) -> type[Part] | None:
    """The class of the part at a path; None where no part but a single value or a list stands."""
    if not path:
        return Instrument
    if len(path) == 2 and path[0] == "scales":
        return Scale
    if len(path) >= 2 and isinstance(path[-1], int):
        # The items of a node are codes, those of a section are parts.
        in_node = path[-2] == "items" and path[0] == "indices"
        return None if in_node else _PARTS.get(str(path[-2]))
    return None


def _counts_valid(error: Any) -> bool:
    """Whether a list is called too short only because entries that are there have faults of their own."""
    return error["type"] == "too_short" and len(error["input"]) >= error["ctx"]["min_length"]


def _finding(data: Any, error: Any) -> Finding:
    path: Path = tuple(error["loc"])
    if path and path[-1] == "[key]":
        path = path[:-1]
        return Finding("bad_language" if _by_language(path[:-1]) else "bad_code", path, {"value": path[-1]})
    code = _CODES.get(error["type"], "not_valid")
    key = _key(path)
    context: dict[str, object] = {"key": key, "reason": error["msg"]}
    bounds = error.get("ctx", {})
    match code:
        case "unknown_key":
            context["advice"] = closest(key, _keys(part_at(path[:-1])))
        case "not_a_mapping":
            context["allowed"] = ", ".join(_keys(part_at(path)))
        case "not_one_of":
            context["expected"] = bounds["expected"]
        case "text_too_long":
            context["limit"] = bounds["max_length"]
        case "out_of_range":
            context["bound"] = next(f"{_BOUNDS[name]} {bounds[name]:g}" for name in _BOUNDS if name in bounds)
        case "not_named" if _by_language(path):
            code = "not_by_language"
        case "not_text" if error["input"] is None:
            code = "empty_text"
        case "not_valid" if error["type"] == "string_pattern_mismatch":
            code, context = _pattern(data, path), {"value": error["input"]}
    return Finding(code, path, context)


def _pattern(data: Any, path: Path) -> str:
    if path[0] == "languages":
        return "bad_language"
    if "satisfied" in path or part_at(path[:-1]) is Option:
        return "bad_option_code"
    return "bad_code"


def _by_language(path: Path) -> bool:
    return bool(path) and path[-1] in _BY_LANGUAGE and part_at(path[:-1]) is not None


def _key(path: Path) -> str:
    """The name an author knows the place by: `text.vi`, `items`."""
    names = [str(key) for key in path if isinstance(key, str)]
    if len(path) >= 2 and _by_language(path[:-1]):
        return ".".join(names[-2:])
    return names[-1] if names else "instrument"


def _keys(part: type[Part] | None) -> list[str]:
    return list(part.model_fields) if part else []


def _mend(data: Any, findings: list[Finding]) -> Any:
    mended = copy.deepcopy(data)
    for number, finding in enumerate(findings):
        if finding.path:
            _replace(mended, finding.path, _filling(finding.path, number))
    return _without_gone(mended)


def _replace(data: Any, path: Path, value: object) -> None:
    for key in path[:-1]:
        if not _holds(data, key):
            return
        data = data[key]
    if isinstance(data, dict) or (isinstance(data, list) and _holds(data, path[-1])):
        data[path[-1]] = value


def _holds(data: Any, key: str | int) -> bool:
    if isinstance(data, list):
        return isinstance(key, int) and key < len(data)
    return isinstance(data, dict) and key in data


def _filling(path: Path, number: int) -> object:
    """What stands in for the misshapen value at `path`: nothing where the format can do without."""
    key = path[-1]
    if (part := part_at(path)) is not None and part is not Scale:
        return {name: _filling((*path, name), number) for name in _required(part)}
    if isinstance(key, int):
        return f"{STAND_IN}{number}" if path[-2] in ("items", "satisfied") else _GONE
    owner = part_at(path[:-1])
    if owner is None or key not in _required(owner):
        return _GONE
    if key in ("items", "sections", "options"):
        return [_filling((*path, 0), number)]
    if key in _BY_LANGUAGE:
        return {}
    known = {"version": 1, "kind": "survey", "audience": "citizen", "languages": ["vi"]}
    known |= {"score": "mean_100", "aggregate": "pooled_answers"}
    return known.get(key, f"{STAND_IN}{number}")


def _required(part: type[Part]) -> list[str]:
    return [name for name, field in part.model_fields.items() if field.is_required()]


def _without_gone(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _without_gone(value) for key, value in data.items() if value is not _GONE}
    if isinstance(data, list):
        return [_without_gone(value) for value in data if value is not _GONE]
    return data
