"""Instrument files in, instruments out; and the document under which an instrument is stored and hashed."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import Any

from surveys import structure
from surveys.checking import check
from surveys.instrument import Instrument
from surveys.problems import Finding, InstrumentError, Path, Problem, one_line
from surveys.reading import Source, read

SHIPPED = FilePath(__file__).parent / "instruments"
MAX_BYTES = 2_000_000


def load(path: str | FilePath) -> Instrument:
    """The instrument of a YAML file; InstrumentError with every problem, in file order, if it is not one."""
    path = FilePath(path)
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise _refused(str(path), "file_missing") from None
    except IsADirectoryError:
        raise _refused(str(path), "file_is_folder") from None
    except (OSError, ValueError) as error:  # a path with a NUL is a ValueError
        reason = getattr(error, "strerror", None) or str(error)
        raise _refused(str(path), "file_unreadable", reason=reason) from None
    return loads(content, str(path))


def loads(text: str | bytes, name: str) -> Instrument:
    """The instrument written in YAML text (bytes are UTF-8); `name` is what problems call the file."""
    if len(text) > MAX_BYTES:
        raise _refused(name, "file_too_large", limit=f"{MAX_BYTES:,} bytes")
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            raise _refused(name, "not_utf8", line) from None
    source = read(text)
    if source.data is None:
        raise InstrumentError(_problems(name, source, source.findings))
    instrument, findings = _examine(source.data)
    if source.findings or findings or instrument is None:
        raise InstrumentError(_problems(name, source, [*source.findings, *findings]))
    return instrument


def shipped() -> dict[str, FilePath]:
    """The instruments that come with the platform: file stem (`code-version`) to file, sorted."""
    return {path.stem: path for path in sorted(SHIPPED.glob("*.yaml"))}


def to_document(instrument: Instrument) -> dict[str, Any]:
    """The instrument as JSON values, without what stands at its default; `from_document` reads it back."""
    return instrument.model_dump(mode="json", exclude_defaults=True)


def from_document(document: Mapping[str, Any], name: str = "stored instrument") -> Instrument:
    """The instrument of a stored document, which was checked when it was written.

    Only its shape is examined again, which takes a millisecond; InstrumentError if it is not sound. Problems
    carry no line.
    """
    instrument, findings = structure.build(document)
    if findings or instrument is None:
        raise InstrumentError(_problems(name, Source(data=document), findings))
    return instrument


def sha256(instrument: Instrument) -> str:
    """SHA-256, in hexadecimal, over the document as canonical JSON: sorted keys, no blanks, NFC, UTF-8."""
    document = json.dumps(
        to_document(instrument), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )
    return hashlib.sha256(unicodedata.normalize("NFC", document).encode()).hexdigest()


def _examine(data: Any) -> tuple[Instrument | None, list[Finding]]:
    instrument, faults = structure.build(data)
    found = check(instrument) if instrument is not None else []
    return instrument, [*faults, *(one for one in found if not any(one.echoes(fault) for fault in faults))]


def _refused(name: str, code: str, line: int = 0, **context: object) -> InstrumentError:
    source = Source(lines={(): line})
    return InstrumentError(_problems(name, source, [Finding(code, (), context)]))


def _problems(name: str, source: Source, findings: list[Finding]) -> tuple[Problem, ...]:
    problems = []
    for finding in findings:
        section, item, rest = _place(source.data, finding.path)
        # A rule of the indices names its node itself.
        message = (
            f"{rest}: {finding.sentence}" if rest and "node" not in finding.context else finding.sentence
        )
        problems.append(Problem(name, source.line(finding.path), finding.code, message, section, item))
    return tuple(sorted(problems, key=lambda problem: problem.line))


def _place(data: Any, path: Path) -> tuple[str | None, str | None, str]:
    """Section and item of a path by their codes, and in words what they do not say: a scale, an option."""
    section = item = None
    words = []
    for depth, key in enumerate(path):
        data = _inside(data, key)
        parent = path[depth - 1] if depth else None
        name = str(one_line(str(data["code"]))) if isinstance(data, dict) and data.get("code") else None
        if parent == "scales":
            words.append(f"scale {one_line(key)}")
        if not isinstance(key, int):
            continue
        if parent == "sections":
            section = name or f"number {key + 1}"
        elif parent == "items" and path[0] == "sections":
            item = name or f"number {key + 1}"
        elif parent == "options":
            words.append(f"option {name or key + 1}")
        elif parent == "indices":
            words.append(f"index {name or key + 1}")
        elif parent == "children":
            words.append(f"node {name or key + 1}")
    text = ", ".join(words)
    return section, item, text[:1].upper() + text[1:]


def _inside(data: Any, key: str | int) -> Any:
    try:
        return data[key]
    except (KeyError, IndexError, TypeError):
        return None
