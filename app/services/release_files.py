"""The files of a release that one may take away: its workbooks by name, and the signatures beside them."""

from __future__ import annotations

from pathlib import Path

from app.models import Release
from app.queries.agencies import get_tree
from app.queries.errors import NotFound
from app.services.assembly.partitions import OWN
from app.services.released import released
from app.services.releasing import WORKBOOKS, folder_of


def workbook_path(
    release: Release, stem: str, language: str | None = None, tops: frozenset[str] | None = None
) -> Path:
    """The workbook of a release with this stem, in its first language or a further one.

    `tops` bounds what the reader may see. NotFound for any other name.
    """
    folder = folder_of(release) / _folder(release, language)
    if stem not in {path.stem for path in folder.glob("*.xlsx")} or not _seen(release, stem, tops):
        raise NotFound("workbook", stem)
    return folder / f"{stem}.xlsx"


def signature_path(
    release: Release, stem: str, language: str | None = None, tops: frozenset[str] | None = None
) -> Path:
    """The signature of a workbook; NotFound where it has none."""
    book = workbook_path(release, stem, language, tops)
    found = book.with_name(f"{book.name}.sig")
    if not found.is_file():
        raise NotFound("signature", stem)
    return found


def languages_of(release: Release) -> tuple[str, ...]:
    """The languages in which a release has workbooks, its first one first."""
    further = sorted(path.name for path in folder_of(release).glob(f"{WORKBOOKS}-*") if path.is_dir())
    return (release.language, *(name.removeprefix(f"{WORKBOOKS}-") for name in further))


def is_signed(release: Release, stem: str) -> bool:
    """Whether the workbook with this stem has a signature beside it."""
    return (folder_of(release) / WORKBOOKS / f"{stem}.xlsx.sig").is_file()


def _folder(release: Release, language: str | None) -> str:
    if language in (None, "", release.language):
        return WORKBOOKS
    if language not in languages_of(release):
        raise NotFound("workbook in", language)
    return f"{WORKBOOKS}-{language}"


def _seen(release: Release, stem: str, tops: frozenset[str] | None) -> bool:
    """Whether a workbook is of a branch that the reader may see; that of all agencies only for who sees all."""
    if tops is None:
        return True
    domain = next((one for one, found in released(release).stems.items() if found == stem), None)
    if domain is None:
        return False
    covered = get_tree(release.wave.tree_date).covered(tops)
    return covered is None or domain.removesuffix(OWN) in covered
