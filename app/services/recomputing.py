"""Making a workbook of a release again from its inputs and its snapshot, and setting it beside the one at hand."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any

from app.services import opened_books
from app.services.assembly.cards import scorecards
from app.services.assembly.results import Scored, results_document
from app.services.opened_books import Difference
from app.services.release_inputs import ReleaseInputs, scored_with, versions
from app.services.runs import workbook_folder
from app.services.snapshot_file import digest
from app.workbooks.book import write_to

KINDS = {
    "inputs_sha256": "inputs",
    "instrument_sha256": "instrument",
    "design_sha256": "design",
    "options_sha256": "options",
    "snapshot_sha256": "snapshot",
    "external_sha256": "external values",
    "published_on": "publication date",
    "code_version": "code version",
}


class InputsUnreadable(ValueError):
    """The file does not hold the inputs of a release."""


@dataclass(frozen=True, slots=True)
class Recomputed:
    """One workbook made again. `same_versions`: by the program and the libraries that made the first.

    `same`: the same bytes or, by other versions, the same numbers. `differences` names cells where it is not.
    """

    same: bool
    same_versions: bool
    differences: tuple[Difference, ...]


def read_inputs(path: Path) -> ReleaseInputs:
    """The inputs of a release from `inputs.json`; raises InputsUnreadable."""
    try:
        return ReleaseInputs.of_document(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputsUnreadable(str(path)) from error


def differing(
    inputs: ReleaseInputs, wanted: Mapping[str, Any], snapshot: Path | None = None
) -> tuple[str, ...]:
    """The names of the inputs that are not those of the hashes `wanted`; of a snapshot, what it says is hashed.

    Raises SnapshotUnreadable.
    """
    found = inputs.hashes()
    if snapshot is not None:
        found["snapshot_sha256"] = digest(snapshot)[0]
    return tuple(called for name, called in KINDS.items() if name in wanted and found[name] != wanted[name])


def recompute(inputs: ReleaseInputs, snapshot: Path, path: str, content: bytes) -> Recomputed:
    """Make the workbook at `path` of the release again, and compare it with `content`.

    Raises FileRefused where the snapshot cannot be scored, KeyError where the release has no such workbook.
    """
    made = book(scored_with(inputs, snapshot), inputs, path)
    same_versions = dict(inputs.versions) == versions()
    if made == content:
        return Recomputed(True, same_versions, ())
    here, there = opened_books.cells(content), opened_books.cells(made)
    if same_versions:
        return Recomputed(False, True, opened_books.told(opened_books.differences(here, there)))
    strange = opened_books.told(opened_books.strange_numbers(here, there))
    return Recomputed(not strange, False, strange)


def book(scored: Scored, inputs: ReleaseInputs, path: str) -> bytes:
    """One workbook of a run, as it was written; KeyError where there is none at this path."""
    place = PurePosixPath(path)
    for language in inputs.languages:
        if workbook_folder(inputs.languages, language) == str(place.parent):
            for card in scorecards(scored, inputs.context(language)):
                if card.file_stem == place.stem:
                    stream = BytesIO()
                    write_to(card, stream)
                    return stream.getvalue()
    raise KeyError(path)


def all_books(
    scored: Scored, inputs: ReleaseInputs, progress: Callable[[int, int], None] = lambda done, total: None
) -> dict[str, str]:
    """SHA-256 of every workbook of a run, made again one after another, by path."""
    found: dict[str, str] = {}
    total = len(scored.domains) * len(inputs.languages)
    for language in inputs.languages:
        folder = workbook_folder(inputs.languages, language)
        for card in scorecards(scored, inputs.context(language)):
            stream = BytesIO()
            write_to(card, stream)
            found[f"{folder}/{card.file_stem}.xlsx"] = hashlib.sha256(stream.getbuffer()).hexdigest()
            progress(len(found), total)
    return found


def same_figures(scored: Scored, results: str) -> bool:
    """Whether a results document, as text, holds the estimates that were found now."""
    return json.loads(results)["estimates"] == json.loads(json.dumps(results_document(scored)["estimates"]))
