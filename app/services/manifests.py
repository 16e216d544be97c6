"""The manifest of a release: every file of it with its hash, what it was made of, what it corrects and why."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.services.errors import ServiceError
from app.services.release_inputs import ReleaseInputs, canonical, sha256

SCHEMA = 1
MANIFEST = "manifest.json"

# Who let the release out beside the one who made it. Names stand in the audit log of the house, not in what goes out.
BY_ANOTHER, BY_NOBODY_ELSE = "another person", "nobody else"


class FilesChanged(ServiceError):
    """What was estimated is no longer there as it was."""

    def __init__(self, folder: Path, name: str):
        super().__init__(
            f"{name} in {folder} is missing or was changed since it was estimated; estimate again, or restore it from"
            " a backup."
        )
        self.name = name


@dataclass(frozen=True, slots=True)
class ReleasedFile:
    """One file of a release; `path` is inside its folder. Of a workbook also which domain it is of (None: the whole),
    what it calls it, and in which language."""

    path: str
    sha256: str
    size: int
    domain: str | None = None
    label: str | None = None
    language: str | None = None


def digest(content: bytes) -> str:
    """SHA-256 of a file's bytes, in lower-case hex."""
    return hashlib.sha256(content).hexdigest()


def file_of(folder: Path, path: Path, **about: str | None) -> ReleasedFile:
    """A file of a release as it lies there now."""
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    return ReleasedFile(path.relative_to(folder).as_posix(), found, path.stat().st_size, **about)


def write(folder: Path, inputs: ReleaseInputs, files: Iterable[ReleasedFile], approval: str) -> str:
    """Write the manifest of these files; its hash."""
    text = canonical(
        {
            "schema": SCHEMA,
            "release": about(inputs),
            "inputs": inputs.hashes(),
            "versions": dict(inputs.versions),
            "parameters": inputs.options.document(),
            "languages": list(inputs.languages),
            "organisation": inputs.organisation,
            "changes": inputs.changes,
            "reason": inputs.reason,
            "approved_by": approval,
            "files": [asdict(one) for one in files],
        }
    )
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    return sha256(text)


def about(inputs: ReleaseInputs) -> dict[str, Any]:
    """Which release it is."""
    return {
        "survey": inputs.survey,
        "wave": inputs.wave,
        "number": inputs.number,
        "published_on": inputs.published_on.isoformat(),
    }


def read(folder: Path, wanted: str) -> dict[str, Any]:
    """The manifest with this hash; raises FilesChanged where it is another one, or gone."""
    try:
        text = (folder / MANIFEST).read_text(encoding="utf-8")
    except (OSError, ValueError):
        raise FilesChanged(folder, MANIFEST) from None
    if sha256(text) != wanted:
        raise FilesChanged(folder, MANIFEST)
    return json.loads(text)


def files_in(manifest: Mapping[str, Any]) -> list[ReleasedFile]:
    """The files that a manifest names."""
    return [ReleasedFile(**one) for one in manifest["files"]]


def check(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Raises FilesChanged for the first file that is not as the manifest says."""
    for one in files_in(manifest):
        try:
            found = file_of(folder, folder / one.path)
        except OSError:
            raise FilesChanged(folder, one.path) from None
        if found.sha256 != one.sha256:
            raise FilesChanged(folder, one.path)


def remove(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Delete the files of a manifest with the manifest; other files in the folder are left alone."""
    for name in (*(one.path for one in files_in(manifest)), MANIFEST):
        (folder / name).unlink(missing_ok=True)
    for inner in sorted({(folder / one.path).parent for one in files_in(manifest)}, reverse=True):
        with suppress(OSError):  # something else lies in it
            inner.rmdir()
