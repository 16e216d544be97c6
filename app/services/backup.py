"""Backup and restore: the database and the instance folder in one file, checked entry by entry when it is put back.

What is in it: the database (links, tablets, accounts, waves, answers, audit), and what lies in the instance: the key
that signs, snapshots, runs, releases, the authority of https, staff answers that wait (sealed). What never is: the
folder of keys, because with it a copy says who answered what in a staff survey (docs/decisions/0008), the queue, and
files of jobs. The database is copied before the files: whatever a row names was on disk before the row was.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from sqlalchemy.engine import URL, make_url

from app.services import postgresql_dump
from app.services.errors import ServiceError

FORMAT = 1
MANIFEST = "backup.json"
SQLITE, POSTGRESQL = "database/hailong.sqlite", "database/hailong.dump"
INSTANCE = "instance/"
SECRET = "secret_key"

# At the top of the instance, and made anew by itself.
LEFT_OUT = ("queue.sqlite", "jobs", "demo")
BLOCK = 1 << 20

Tell = Callable[[str], None]


class BackupRefused(ServiceError):
    """Nothing was written, or nothing of it was kept."""


@dataclass(frozen=True, slots=True)
class Place:
    """A running Hailong: its instance folder, its database, and the folder of keys, which is left out."""

    instance: Path
    database: URL
    keys: Path

    @classmethod
    def of(cls, instance: str | Path, database: str, keys: str | Path) -> Place:
        """The place from settings as they are written."""
        return cls(Path(instance).resolve(), make_url(database), Path(keys).resolve())

    @property
    def sqlite_file(self) -> Path | None:
        """The embedded database; None on PostgreSQL. A relative name lies in the instance, as for the program."""
        if self.database.drivername != "sqlite":
            return None
        return (self.instance / (self.database.database or "")).resolve()


@dataclass(frozen=True, slots=True)
class Summary:
    """What a backup holds: how many files beside the database, and how many bytes all together."""

    files: int
    size: int
    made_at: str
    revision: str


def back_up(place: Place, path: Path, *, now: datetime | None = None) -> Summary:
    """Write everything to one new file. The program may go on meanwhile.

    Raises BackupRefused; then there is no file.
    """
    path = path.resolve()
    if path.exists():
        raise BackupRefused(f"{path} is there already; a backup never replaces another: give a new name.")
    if path.is_relative_to(place.instance):
        raise BackupRefused(
            f"{path} lies in the instance folder, which is what is backed up; choose another place."
        )
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with _private(draft) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            summary = _fill(archive, place, draft, now or datetime.now(UTC))
        os.replace(draft, path)
    except (OSError, sqlite3.Error) as error:
        raise BackupRefused(f"{path} cannot be written: {_reason(error)}. Nothing was kept.") from error
    finally:
        draft.unlink(missing_ok=True)
    return summary


def restore(place: Place, path: Path, newest: Callable[[str], bool]) -> Summary:
    """Put a backup back into an empty place, whole or not at all.

    `newest` says whether the program knows this revision of the database. Raises BackupRefused.
    """
    _check_empty(place)
    if not path.is_file():
        raise BackupRefused(f"{path} is no file; name a backup.")
    draft = place.instance.with_name(f".{place.instance.name}.{secrets.token_hex(4)}")
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = _manifest(archive, path)
            if not newest(manifest["revision"]):
                raise BackupRefused(
                    f"{path} was made by a newer Hailong (database {manifest['revision']}); install that version first."
                )
            _check_kind(place, manifest, path)
            _unpack(archive, manifest, draft, path)
        _put_in_place(place, draft)
    except (OSError, zipfile.BadZipFile, EOFError, NotImplementedError) as error:
        raise BackupRefused(f"{path} cannot be restored: {_reason(error)}. Nothing was kept.") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return _summary(manifest)


def _fill(archive: zipfile.ZipFile, place: Place, draft: Path, now: datetime) -> Summary:
    copy = draft.with_name(f"{draft.name}.database")
    found: dict[str, dict[str, Any]] = {}
    try:
        if place.sqlite_file is None:
            name, revision = POSTGRESQL, postgresql_dump.dump(place.database, copy)
        else:
            name, revision = SQLITE, _copy_sqlite(place.sqlite_file, copy)
        found[name] = _store(archive, name, copy)
    finally:
        copy.unlink(missing_ok=True)
    for file in _instance_files(place):
        name = INSTANCE + file.relative_to(place.instance).as_posix()
        # What is tidied away while the backup runs is no part of it any more.
        with suppress(FileNotFoundError):
            found[name] = _store(archive, name, file)
    manifest = {
        "format": FORMAT,
        "made_at": now.isoformat(timespec="seconds"),
        "revision": revision,
        "files": found,
    }
    archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True))
    return _summary(manifest)


def _copy_sqlite(source: Path, target: Path) -> str:
    """A copy that is of one moment however much is written meanwhile; its revision.

    It is packed afterwards, so that nothing that was deleted travels along in empty pages.
    """
    if not source.is_file():
        raise BackupRefused(f"There is no database {source}; make it with `hailong db upgrade`.")
    target.touch(mode=0o600)
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=60)) as live,
        closing(sqlite3.connect(target)) as copy,
    ):
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE").close()
        copy.execute("VACUUM").close()
        return str(copy.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def _instance_files(place: Place) -> Iterator[Path]:
    """Every file of the instance that belongs to a backup, in order."""
    database = place.sqlite_file
    for folder, folders, files in os.walk(place.instance):
        here = Path(folder)
        top = here == place.instance
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and not (top and name in LEFT_OUT) and here / name != place.keys
        )
        for name in sorted(files):
            file = here / name
            of_database = (
                database is not None and file.parent == database.parent and name.startswith(database.name)
            )
            queue = top and name.startswith(LEFT_OUT)
            if not (name.startswith(".") or of_database or queue or file.is_symlink()):
                yield file


def _store(archive: zipfile.ZipFile, name: str, file: Path) -> dict[str, Any]:
    """Put one file in; its hash and size as they were read."""
    with file.open("rb") as source, archive.open(_entry(name), "w", force_zip64=True) as target:
        return _copy(source, target)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _copy(source: IO[bytes], target: IO[bytes]) -> dict[str, Any]:
    hashed, size = hashlib.sha256(), 0
    while block := source.read(BLOCK):
        hashed.update(block)
        size += len(block)
        target.write(block)
    return {"sha256": hashed.hexdigest(), "size": size}


def _manifest(archive: zipfile.ZipFile, path: Path) -> dict[str, Any]:
    try:
        found = json.loads(archive.read(MANIFEST))
        if found["format"] != FORMAT:
            raise BackupRefused(f"{path} has the format {found['format']}, and this Hailong reads {FORMAT}.")
        names = set(archive.namelist()) - {MANIFEST}
        if names != set(found["files"]) or not all(map(_is_safe, names)):
            raise BackupRefused(f"{path} is no backup as Hailong writes them: its list of files is another.")
        return {**found, "revision": str(found["revision"])}
    except (KeyError, TypeError, ValueError) as error:
        raise BackupRefused(f"{path} is no backup of Hailong.") from error


def _is_safe(name: str) -> bool:
    if name in {SQLITE, POSTGRESQL}:
        return True
    parts = PurePosixPath(name).parts
    return name.startswith(INSTANCE) and len(parts) > 1 and ".." not in parts and "\\" not in name


def _unpack(archive: zipfile.ZipFile, manifest: dict[str, Any], folder: Path, path: Path) -> None:
    """Unpack into a hidden folder and compare every file with its hash."""
    folder.mkdir(mode=0o700, parents=True)
    for name, told in manifest["files"].items():
        target = folder / name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with archive.open(name) as source, _private(target) as file:
            if _copy(source, file) != told:
                raise BackupRefused(f"{path} is damaged: {name} is not what was backed up. Nothing was kept.")


def _put_in_place(place: Place, folder: Path) -> None:
    """The database comes last: without it nothing runs, and a server takes its own whole or not at all.

    What fails on the way leaves the place as empty as it was, so that the next try is not refused.
    """
    unpacked = folder / INSTANCE
    moves = (
        [(one, place.instance / one.name) for one in sorted(unpacked.iterdir())] if unpacked.is_dir() else []
    )
    if place.sqlite_file is not None:
        moves.append((folder / SQLITE, place.sqlite_file))
    begun: list[Path] = []
    new = not place.instance.exists()
    try:
        place.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
        for source, target in moves:
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.is_file():
                target.unlink()
            begun.append(target)  # before the move: on to another disk it copies, and may stop halfway
            shutil.move(source, target)
        if place.sqlite_file is None:
            postgresql_dump.load(place.database, folder / POSTGRESQL)
    except BaseException:
        for target in begun:
            _remove(target)
        if new:
            with suppress(OSError):
                place.instance.rmdir()
        raise


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()


def _check_empty(place: Place) -> None:
    lying = [one.name for one in place.instance.iterdir()] if place.instance.is_dir() else []
    # A key that was made when the command began signs nothing yet.
    if strangers := sorted(name for name in lying if name != SECRET and not name.startswith(".")):
        raise BackupRefused(
            f"{place.instance} is not empty ({', '.join(strangers[:3])}); restore into a new folder: set "
            "HAILONG_INSTANCE."
        )
    if place.sqlite_file is None:
        postgresql_dump.check_empty(place.database)
        return
    # SQLite would read what another database left in these into the one that is restored.
    for ending in ("", "-wal", "-journal"):
        file = place.sqlite_file.with_name(f"{place.sqlite_file.name}{ending}")
        if file.exists():
            raise BackupRefused(f"There is a database {file} already; restore beside it, under another name.")


def _check_kind(place: Place, manifest: dict[str, Any], path: Path) -> None:
    held = "SQLite" if SQLITE in manifest["files"] else "PostgreSQL"
    wanted = "SQLite" if place.sqlite_file is not None else "PostgreSQL"
    if held != wanted:
        raise BackupRefused(
            f"{path} holds a {held} database, and DATABASE_URL names {wanted}; set DATABASE_URL."
        )


@contextmanager
def _private(path: Path) -> Iterator[IO[bytes]]:
    """A new file that nobody else on the machine can read."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def _summary(manifest: dict[str, Any]) -> Summary:
    files = manifest["files"]
    size = sum(told["size"] for told in files.values())
    return Summary(len(files) - 1, size, manifest["made_at"], manifest["revision"])


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).rstrip(".")
