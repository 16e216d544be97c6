"""Copies of a PostgreSQL database by its own programs, `pg_dump` and `pg_restore`."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL

from app.services.errors import ServiceError


class DumpFailed(ServiceError):
    """The programs are missing, or said no."""


def dump(database: URL, path: Path) -> str:
    """Write the database to a file, as of one moment; the revision of its tables."""
    path.touch(mode=0o600)
    (revision,) = _asked(database, "SELECT version_num FROM alembic_version")
    _run("pg_dump", database, "--format=custom", "--no-owner", "--no-privileges", f"--file={path}")
    return str(revision)


def load(database: URL, path: Path) -> None:
    """Put the file into the database, which is empty: all of it or nothing."""
    options = ("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction")
    _run("pg_restore", database, *options, f"--dbname={database.database}", str(path), named=False)


def check_empty(database: URL) -> None:
    """Refuse a database that holds tables."""
    found = _asked(database, "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'")
    if found[0]:
        raise DumpFailed(
            f"The database {database.database} is not empty ({found[0]} tables); restore into a new one."
        )


def _asked(database: URL, query: str) -> tuple[Any, ...]:
    """The first row."""
    # The driver is an extra: who runs on SQLite has none.
    import psycopg

    address = database.set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        with psycopg.connect(address) as connection:
            return connection.execute(query).fetchone() or ("",)
    except psycopg.Error as error:
        said = next(iter(str(error).splitlines()), type(error).__name__)
        raise DumpFailed(
            f"The database {database.database} cannot be used ({said}); check DATABASE_URL."
        ) from error


def _run(program: str, database: URL, *arguments: str, named: bool = True) -> None:
    """Run one of PostgreSQL's programs. The password travels in the environment, which other accounts cannot read."""
    path = shutil.which(program)
    if path is None:
        raise DumpFailed(
            f"{program} is not installed here; install PostgreSQL's client programs, or let whoever keeps the "
            "database back it up."
        )
    environment = {**os.environ, **_environment(database)}
    command = [path, *arguments, *([f"--dbname={database.database}"] if named else [])]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        said = next((line for line in done.stderr.splitlines() if line.strip()), "no reason was given")
        raise DumpFailed(f"{program} did not succeed: {said}")


def _environment(database: URL) -> dict[str, str]:
    """The address in the variables that PostgreSQL's programs read."""
    query = {name: value for name, value in database.query.items() if isinstance(value, str)}
    found = {
        "PGHOST": database.host or query.get("host"),
        "PGPORT": str(database.port) if database.port else query.get("port"),
        "PGUSER": database.username or query.get("user"),
        "PGPASSWORD": database.password and str(database.password),
        "PGSSLMODE": query.get("sslmode"),
        "PGSSLROOTCERT": query.get("sslrootcert"),
    }
    return {name: value for name, value in found.items() if value}
