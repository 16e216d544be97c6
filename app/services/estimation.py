"""Results and workbooks on disk: the use case behind `hailong score` and behind a closed wave."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.services.assembly.cards import scorecards
from app.services.assembly.context import CardContext
from app.services.assembly.results import Scored, results_document, write_json
from app.services.files import FileRefused
from app.workbooks.book import write as write_workbook

Progress = Callable[[Path], None]


def write_results(scored: Scored, path: Path) -> Path:
    """The results document of a run as JSON, written whole or not at all."""
    with _document(scored, path):
        return path


def write_workbooks(
    scored: Scored, context: CardContext, folder: Path, progress: Progress = lambda path: None
) -> list[Path]:
    """One workbook for the whole and one per domain, all or none; the paths in the order of the results.

    Workbooks of the same names are replaced; other files in the folder are left alone.
    """
    written = []
    with _drafts(folder, folder) as drafts:
        for card in scorecards(scored, context):
            name = write_workbook(card, drafts / f"{card.file_stem}.xlsx").name
            written.append(folder / name)
            progress(written[-1])
    return written


def write_both(
    scored: Scored,
    path: Path,
    context: CardContext,
    folder: Path,
    progress: Progress = lambda path: None,
) -> list[Path]:
    """Results and workbooks, both or neither; the paths of the workbooks."""
    with _document(scored, path):
        return write_workbooks(scored, context, folder, progress)


@contextmanager
def _document(scored: Scored, path: Path) -> Iterator[None]:
    """The results document is complete on disk, and takes its place if what is done meanwhile succeeds."""
    with _drafts(path.parent, path) as drafts:
        _refuse_folder(path)
        (drafts / path.name).write_text(write_json(results_document(scored)), encoding="utf-8")
        for name, text in scored.beside.items():
            (drafts / name).write_text(text, encoding="utf-8")
        yield


@contextmanager
def _drafts(folder: Path, named: Path) -> Iterator[Path]:
    """A hidden folder inside `folder`, whose files move up into it at the end; after a failure nothing remains.

    Raises `FileRefused` for a place that cannot be written to, which the message calls by what was `named`.
    """
    made: list[Path] = []
    drafts = folder / f".drafts-{secrets.token_hex(4)}"
    try:
        made = [one for one in (folder, *folder.parents) if not one.exists()]
        drafts.mkdir(parents=True)
        yield drafts
        moves = [(draft, folder / draft.name) for draft in sorted(drafts.iterdir())]
        for _, target in moves:
            _refuse_folder(target)
        for draft, target in moves:
            os.replace(draft, target)
    except OSError as error:
        raise FileRefused(f"{named} cannot be written: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(drafts, ignore_errors=True)
        for one in made:
            with suppress(OSError):  # it holds what was written, or could not be made
                one.rmdir()


def _refuse_folder(target: Path) -> None:
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, f"{target.name} is a folder")
