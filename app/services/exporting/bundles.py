"""All workbooks of a branch in one archive, as they were released: with their signatures and the release's manifest.

The archive has fixed dates and one order, so the same release gives the same bytes whoever asks.
"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from app.models import Release
from app.services.exporting.figures import domains_of
from app.services.exporting.refusals import NOTHING_RELEASED, ExportRefused
from app.services.release_files import languages_of, signature_path, workbook_path
from app.services.released import released
from app.services.releasing import folder_of

Tell = Callable[[int, int | None], None]

MANIFEST = "manifest.json"
# The oldest moment that the format knows.
WRITTEN = (1980, 1, 1, 0, 0, 0)


def bundle_workbooks(
    release: Release,
    folder: Path,
    languages: Sequence[str] = (),
    *,
    tops: frozenset[str] | None = None,
    tell: Tell = lambda done, total: None,
) -> tuple[Path, int]:
    """Write the archive; the file, and how many workbooks are in it.

    `languages` are those of the workbooks, all that the release has where none is named. `tops` bounds it to branches.
    Raises ExportRefused where no workbook is left.
    """
    entries = list(_entries(release, languages or languages_of(release), tops))
    books = sum(name.endswith(".xlsx") for name, _ in entries)
    if not books:
        raise ExportRefused(NOTHING_RELEASED, wave=release.wave.code)
    path = folder / f"{release.wave.survey.code}-{release.wave.code}-{release.number}-workbooks.zip"
    # Workbooks are packed already: to pack them again costs time and saves nothing.
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for place, (name, file) in enumerate(entries):
            tell(place, len(entries))
            entry = zipfile.ZipInfo(name, WRITTEN)
            entry.external_attr = 0o644 << 16
            entry.file_size = file.stat().st_size
            with file.open("rb") as source, archive.open(entry, "w") as target:
                shutil.copyfileobj(source, target, 1 << 20)
    return path, books


def _entries(
    release: Release, languages: Sequence[str], tops: frozenset[str] | None
) -> Iterator[tuple[str, Path]]:
    """Name in the archive and file, in order of the release."""
    known = languages_of(release)
    stems = released(release).stems
    for language in (one for one in known if one in languages):
        below = "" if len(known) == 1 else f"{language}/"
        for domain in domains_of(release, tops):
            if domain not in stems:
                continue
            stem = stems[domain]
            book = workbook_path(release, stem, language)
            yield f"{below}{book.name}", book
            if (book.parent / f"{book.name}.sig").is_file():
                yield f"{below}{book.name}.sig", signature_path(release, stem, language)
    for name in (MANIFEST, f"{MANIFEST}.sig"):
        file = folder_of(release) / name
        if file.is_file():
            yield name, file
