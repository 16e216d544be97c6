"""The clause catalogue: what codes of conduct ask, version by version, for items to point at.

A code is one YAML file in `surveys/codes`, `<issuer>-<year>.yaml`: one issuer's code as it was issued in one
year. A clause keeps its `code` as long as it asks the same thing; its `number` is its place in that version. The
texts are summaries in our own words, never the official wording (docs/clause-catalogue.md).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path as FilePath
from typing import Annotated, Any

from pydantic import Field, StringConstraints, ValidationError

from surveys.instrument import RESERVED, Code, Language, Part, Status, Text, Words
from surveys.problems import Path
from surveys.reading import Source, read

CODES = FilePath(__file__).parent / "codes"
MAX_BYTES = 500_000
SEPARATOR = "/"

# `moit-2023/dress`: the version of a code, and the clause. Any other text names no catalogue.
_REFERENCE = re.compile(r"(?P<version>[a-z][a-z0-9-]*-[12]\d{3})/(?P<clause>\S*)", re.ASCII)


class Clause(Part):
    """One thing that a code asks of people."""

    code: Code
    """Identity of the clause across versions; what means something else gets another code."""
    number: Words
    """Its place in this version."""
    title: Text
    """A few words for it, per language."""
    text: Text
    """What it asks, summarised in our own words, per language."""
    source: Words
    """Where the summary was read."""
    status: Status
    """How far the source was verified: V verified, P partly, M from memory, own ours."""


class CodeOfConduct(Part):
    """One version of one issuer's code; `issuer` with `year` is its identity."""

    issuer: Code
    """Short name of who issued it and for what, such as hanoi-public."""
    year: Annotated[str, StringConstraints(pattern=r"^[12]\d{3}$")]
    """The year in which this version was issued."""
    title: Text
    """Its name, per language."""
    decision: Words
    """The decision it was issued with: number and date."""
    source: Words
    """What was read of it and what was not."""
    status: Status
    """How far the decision's number and date were verified."""
    languages: tuple[Language, ...] = Field(min_length=1)
    """Every text is given in each of them."""
    clauses: tuple[Clause, ...] = Field(min_length=1)
    """The clauses in the order of the code."""

    @property
    def identity(self) -> str:
        """`issuer-year`, as items and files name it."""
        return f"{self.issuer}-{self.year}"

    def find(self, code: str) -> Clause | None:
        """The clause with this code; None where this version has none."""
        return next((clause for clause in self.clauses if clause.code == code), None)


@dataclass(frozen=True, slots=True)
class ClauseProblem:
    """One fault of a catalogue file; `line` counts from 1, 0 is the file as a whole."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}" if self.line else f"{self.file}: {self.message}"


class CatalogueError(ValueError):
    """The file is no valid code of conduct; `problems` holds every fault found, in file order."""

    def __init__(self, problems: tuple[ClauseProblem, ...]):
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Changed:
    """A clause that both versions have; `fields` are the parts that read otherwise."""

    before: Clause
    after: Clause
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What the later version of a code does to the earlier one, each list in the order of its own version.

    `changed`: another title or text. `moved`: the same clause at another number. One clause can be in both.
    """

    added: tuple[Clause, ...]
    removed: tuple[Clause, ...]
    changed: tuple[Changed, ...]
    moved: tuple[Changed, ...]

    @property
    def nothing(self) -> bool:
        """Whether the two versions say the same in the same places."""
        return not (self.added or self.removed or self.changed or self.moved)


def difference(before: CodeOfConduct, after: CodeOfConduct) -> Difference:
    """What changed from one version to the next; clauses are the same where their codes are."""
    both = [(clause, later) for clause in before.clauses if (later := after.find(clause.code))]
    changed = [(old, new, _differing(old, new)) for old, new in both]
    return Difference(
        added=tuple(clause for clause in after.clauses if before.find(clause.code) is None),
        removed=tuple(clause for clause in before.clauses if after.find(clause.code) is None),
        changed=tuple(Changed(old, new, fields) for old, new, fields in changed if fields),
        moved=tuple(Changed(old, new, ("number",)) for old, new in both if old.number != new.number),
    )


def _differing(before: Clause, after: Clause) -> tuple[str, ...]:
    return tuple(name for name in ("title", "text") if getattr(before, name) != getattr(after, name))


def shipped() -> dict[str, FilePath]:
    """The codes that come with the platform: `issuer-year` to file, sorted."""
    return {path.stem: path for path in sorted(CODES.glob("*.yaml"))}


@cache
def find_code(identity: str) -> CodeOfConduct | None:
    """The code of the catalogue with this identity; None where there is none."""
    path = shipped().get(identity)
    return load(path) if path else None


def reference(written: str) -> tuple[str, str] | None:
    """Code and clause that an item's `clause` names; None where it names no catalogue."""
    match = _REFERENCE.fullmatch(written)
    return (match["version"], match["clause"]) if match else None


def unknown(written: str) -> str | None:
    """What is wrong with an item's `clause`, in a few words; None where it is sound or names no catalogue."""
    named = reference(written)
    if named is None:
        return None
    version, clause = named
    code = find_code(version)
    if code is None:
        return f"the catalogue has no code '{version}'; {_nearest(version, shipped())}"
    if code.find(clause) is None:
        return f"the code '{version}' has no clause '{clause}'; {_nearest(clause, (c.code for c in code.clauses))}"
    return None


def load(path: str | FilePath) -> CodeOfConduct:
    """The code of a YAML file; CatalogueError with every problem, in file order, if it is not one."""
    path = FilePath(path)
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        message = f"The file can't be opened ({reason}); check its path and permissions."
        raise CatalogueError((ClauseProblem(str(path), 0, message),)) from None
    if len(content) > MAX_BYTES:
        message = f"The file is larger than a code can be ({MAX_BYTES:,} bytes); split it."
        raise CatalogueError((ClauseProblem(str(path), 0, message),))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = "The file is not UTF-8 text from this line on; save it with the encoding UTF-8."
        raise CatalogueError((ClauseProblem(str(path), line, message),)) from None
    return loads(text, str(path), stem=path.stem)


def loads(text: str, name: str, stem: str | None = None) -> CodeOfConduct:
    """The code written in YAML text; `name` is what problems call the file, `stem` what it must be called."""
    source = read(text)
    faults = [(finding.path, finding.sentence) for finding in source.findings]
    code = None
    if source.data is not None:
        try:
            code = CodeOfConduct.model_validate(source.data)
        except ValidationError as error:
            faults += [_fault(one) for one in error.errors(include_url=False) if not _holds_entries(one)]
        else:
            faults += _rules(code, stem)
    if faults or code is None:
        raise CatalogueError(tuple(_problems(source, name, faults)))
    return code


# What pydantic's faults say here; `{key}` is the key they are about.
_SENTENCES = {
    "missing": "The key '{key}' is missing; add it.",
    "extra_forbidden": "The key '{key}' is unknown; remove it or correct its name.",
    "string_type": "'{key}' must be text; write it in quotes.",
    "string_too_short": "'{key}' is empty; write the text.",
    "string_pattern_mismatch": (
        "'{key}' must be small letters without accents, digits, _ and -, a letter first; it is {input!r}."
    ),
    "tuple_type": "'{key}' must be a list; write each entry behind a dash.",
    "too_short": "'{key}' is empty; it needs at least one entry.",
    "dict_type": "'{key}' must be given per language, such as {{vi: …, en: …}}.",
    "literal_error": "'{key}' must be one of {expected}.",
    "model_type": "Keys must stand here, one `key: value` each.",
}


def _fault(error: Any) -> tuple[Path, str]:
    path: Path = tuple(part for part in error["loc"] if part != "[key]")
    key = next((part for part in reversed(path) if isinstance(part, str)), "code")
    expected = (error.get("ctx") or {}).get("expected", "")
    if key == "year" and error["type"] == "string_pattern_mismatch":
        return path, "'year' must be a year such as 2023."
    said = _SENTENCES.get(error["type"], "'{key}' is not valid; see docs/clause-catalogue.md.")
    return path, said.format(key=key, expected=expected, input=error["input"])


def _holds_entries(error: Any) -> bool:
    """Whether a list is called too short only because entries that are there have faults of their own."""
    return error["type"] == "too_short" and len(error["input"]) > 0


def _rules(code: CodeOfConduct, stem: str | None) -> Iterator[tuple[Path, str]]:
    if stem is not None and stem != code.identity:
        yield (
            ("issuer",),
            f"The file is called '{stem}' but its code is '{code.identity}'; name the file after it.",
        )
    yield from _languages(code, code.title, ("title",))
    for key in ("code", "number"):
        taken: set[str] = set()
        for position, clause in enumerate(code.clauses):
            value = getattr(clause, key)
            if value in taken:
                yield (
                    ("clauses", position, key),
                    f"The {key} '{value}' stands twice; give one clause another.",
                )
            taken.add(value)
    for position, clause in enumerate(code.clauses):
        path: Path = ("clauses", position)
        if RESERVED in clause.code:
            yield (*path, "code"), f"'{clause.code}' holds '__'; use one '_'."
        yield from _languages(code, clause.title, (*path, "title"))
        yield from _languages(code, clause.text, (*path, "text"))


def _languages(code: CodeOfConduct, text: Text, path: Path) -> Iterator[tuple[Path, str]]:
    if lacking := [language for language in code.languages if language not in text]:
        yield path, f"'{path[-1]}' lacks {', '.join(lacking)}; every text is given in each declared language."
    if strange := [language for language in text if language not in code.languages]:
        yield path, f"'{path[-1]}' has {', '.join(strange)}, which `languages` does not declare; remove it."


def _problems(source: Source, name: str, faults: Iterable[tuple[Path, str]]) -> list[ClauseProblem]:
    found = []
    for path, sentence in faults:
        place = ""
        if len(path) > 1 and path[0] == "clauses" and isinstance(path[1], int):
            place = f"clause {_called(source.data, path[1])}: "
        found.append(ClauseProblem(name, source.line(path), place + sentence))
    return sorted(found, key=lambda problem: problem.line)


def _called(data: Any, position: int) -> str:
    try:
        return str(data["clauses"][position]["code"])
    except (KeyError, IndexError, TypeError):
        return f"number {position + 1}"


def _nearest(word: str, known: Iterable[str]) -> str:
    known = list(known)
    if near := difflib.get_close_matches(word, known, n=1):
        return f"did you mean '{near[0]}'?"
    return f"known here: {', '.join(known)}." if known else "there is none yet."
