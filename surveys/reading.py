"""The YAML text of an instrument, read into plain data that remembers its lines.

YAML 1.2, in which `no` is text. Only the keys of `TYPED` hold numbers and true or false; everything else is
the text as written, so that the code `01` stays `01`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from surveys.problems import Finding, Path

_NUMBERS = ("version", "max", "value", "coefficient", "points", "min_answered", "min_children")
TYPED = frozenset((*_NUMBERS, "required", "reverse"))
MAX_DEPTH = 60
MAX_PARTS = 200_000  # aliases of aliases can make a small file endless

_INTEGER = re.compile(r"[-+]?\d+", re.ASCII)
_DECIMAL = re.compile(r"[-+]?(\d+\.\d*|\.\d+|\d+(?=e))(e[-+]?\d+)?", re.ASCII | re.IGNORECASE)
_EMPTY = frozenset(("", "~", "null", "Null", "NULL"))
_YES_NO = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_PLAIN_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "seq", "map")
)
_MERGE = "<<"
# Control characters but tab and newline, and halves of a surrogate pair: neither can be stored nor shown.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")

# What ruamel says, and what an author can do about it; the first that fits.
_ADVICE = (
    (
        "cannot start any token",
        "a value can't begin with {found}; indent with blanks only, and put quotes round text",
    ),
    ("mapping values are not allowed here", "put quotes round text that holds a colon and a blank"),
    ("while scanning a quoted scalar", "a quotation mark is never closed"),
    ("found undefined alias", "the alias has no anchor above it"),
    ("expected <block end>", "the indentation does not fit the lines above, or quotes are missing"),
    ("could not find expected ':'", "a key must be followed by a colon and a blank"),
    ("expected ',' or", "close the bracket, or separate the entries with commas"),
    ("special characters are not allowed", "remove the invisible control character"),
    ("maximum depth", f"more than {MAX_DEPTH} levels within each other"),
)


@dataclass(slots=True)
class Source:
    """A read file: `data` is None where nothing could be read; `findings` are the faults of the YAML."""

    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """Line, from 1, of the part at `path`, or of the smallest part around it that is in the file."""
        for end in range(len(path), -1, -1):
            if (line := self.lines.get(path[:end])) is not None:
                return line
        return 0


class _Unreadable(Exception):
    def __init__(self, finding: Finding):
        self.finding = finding


def read(text: str) -> Source:
    """Reads YAML text. Faults of syntax stop it; duplicate keys and odd tags are collected."""
    source = Source()
    try:
        node = _compose(text)
        if node is None or (isinstance(node, ScalarNode) and node.value in _EMPTY):
            raise _Unreadable(Finding("file_empty", ()))
        source.data = _Builder(source).build(node, ())
    except _Unreadable as error:
        source.data = None
        source.findings.append(error.finding)
        source.lines.setdefault((), 1)
    except YAMLError as error:
        reason, line = _syntax(error, text)
        code = "several_documents" if "another document" in str(error) else "yaml_syntax"
        source.findings.append(Finding(code, (), {"reason": reason}))
        source.lines[()] = line
    return source


def _compose(text: str) -> Node | None:
    # The base loader resolves nothing, which is what `TYPED` wants, and is the fastest.
    yaml = YAML(typ="base", pure=True)
    yaml.max_depth = MAX_DEPTH
    yaml.composer.warn_double_anchors = False
    return yaml.compose(text)


class _Builder:
    """Turns nodes into dicts, lists and scalars, and notes the line of each path."""

    def __init__(self, source: Source):
        self.source = source
        self.count = 0
        self.open: set[int] = set()

    def build(self, node: Node, path: Path) -> Any:
        self.source.lines.setdefault(path, node.start_mark.line + 1)
        self.count += 1
        if self.count > MAX_PARTS:
            raise _Unreadable(Finding("file_too_large", (), {"limit": f"{MAX_PARTS} parts"}))
        if node.tag and str(node.tag) not in _PLAIN_TAGS:
            self.source.findings.append(Finding("yaml_tag", path, {"tag": _short(str(node.tag))}))
        if isinstance(node, ScalarNode):
            return self._scalar(node, path)
        if id(node) in self.open:
            self.source.lines[()] = self.source.lines[path]
            raise _Unreadable(Finding("yaml_recursive", ()))
        self.open.add(id(node))
        built = self._mapping(node, path) if isinstance(node, MappingNode) else self._list(node, path)
        self.open.remove(id(node))
        return built

    def _list(self, node: SequenceNode, path: Path) -> list[Any]:
        return [self.build(entry, (*path, position)) for position, entry in enumerate(node.value)]

    def _mapping(self, node: MappingNode, path: Path) -> dict[str, Any]:
        built: dict[str, Any] = {}
        merged: list[Node] = []
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                self._note("not_a_key", (*path, "?"), key_node)
                continue
            key = unicodedata.normalize("NFC", key_node.value)
            if key == _MERGE and key_node.style is None:
                merged += value_node.value if isinstance(value_node, SequenceNode) else [value_node]
            elif key in built:
                self._note("duplicate_key", (*path, key, "again"), key_node, key=_short(key))
            else:
                self.source.lines[(*path, key)] = key_node.start_mark.line + 1
                built[key] = self.build(value_node, (*path, key))
        for other in merged:
            self._merge(other, path, built)
        return built

    def _merge(self, other: Node, path: Path, built: dict[str, Any]) -> None:
        """Adds the keys of `<<` that the mapping does not have itself."""
        values = self.build(other, (*path, _MERGE))
        if not isinstance(values, dict):
            raise _Unreadable(Finding("yaml_syntax", (), {"reason": "`<<` needs an alias of a mapping"}))
        for key in [key for key in values if key not in built]:
            built[key] = values[key]
            for inner, line in list(_below(self.source.lines, (*path, _MERGE, key))):
                self.source.lines[(*path, key, *inner)] = line

    def _scalar(self, node: ScalarNode, path: Path) -> Any:
        written: str = node.value
        if node.style is None and written in _EMPTY:
            return None
        if node.style is None and path and path[-1] in TYPED:
            return _typed(written)
        if _UNPRINTABLE.search(written):
            self._note("control_character", path, node, key=_short(str(path[-1] if path else "")))
            written = _UNPRINTABLE.sub("", written)
        return unicodedata.normalize("NFC", written)

    def _note(self, code: str, path: Path, node: Node, **context: object) -> None:
        self.source.lines[path] = node.start_mark.line + 1
        self.source.findings.append(Finding(code, path, context))


def _below(lines: dict[Path, int], path: Path) -> Iterator[tuple[Path, int]]:
    return ((other[len(path) :], line) for other, line in lines.items() if other[: len(path)] == path)


def _typed(written: str) -> Any:
    """The number or truth that a plain scalar writes; the text itself where it writes neither."""
    if written in _YES_NO:
        return _YES_NO[written]
    if _INTEGER.fullmatch(written) and len(written) <= 18:
        return int(written)
    return float(written) if _DECIMAL.fullmatch(written) else written


def _syntax(error: YAMLError, text: str) -> tuple[str, int]:
    """The reason in our words and the line, from 1."""
    said = str(error)
    if isinstance(error, ReaderError):
        line = text.count("\n", 0, error.position) + 1
    else:
        # An open quotation mark is noticed at the end of the file and mended where it begins.
        quoted = getattr(error, "context", None) == "while scanning a quoted scalar"
        mark = getattr(error, "context_mark" if quoted else "problem_mark", None)
        line = mark.line + 1 if mark else 1
    for sign, advice in _ADVICE:
        if sign in said:
            found = re.search(r"found character '(\S+)'", said)
            return advice.format(found=found[1].replace("\\t", "a tab") if found else ""), line
    return (getattr(error, "problem", None) or said.splitlines()[0]), line


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."
