"""Settings: what the application reads from its environment, and the few files it keeps for itself.

What a running Hailong writes lies in one folder, the instance: the embedded database, the key that signs, the
snapshots. Beside it stands a second folder, which must not be copied with the first: the keys of staff answers that
wait (docs/decisions/0008). Nothing else on the machine is touched.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

ROOT = Path(__file__).resolve().parent.parent
MIGRATIONS = ROOT / "migrations"

# One clock for the whole country, without summer time: the day on which an answer arrived, and every date
# a person reads, is a day of this zone. The database itself keeps UTC.
OFFICE_TIME = timezone(timedelta(hours=7), "ICT")

# A filled form of the longest instrument is about 20 kB; free texts in full length stay under this too.
LARGEST_POST = 256 * 1024

# Who signs in in the morning does so again on the next.
LONGEST_SESSION = timedelta(hours=12)


class SettingError(ValueError):
    """A setting that the application cannot start with; the message names it and says what to write."""


def office_day(moment: datetime) -> date:
    """The calendar day in the office's time zone; `moment` must know its own zone."""
    return moment.astimezone(OFFICE_TIME).date()


def instance_path(overrides: Mapping[str, Any], environment: Mapping[str, str] = os.environ) -> Path:
    """The folder for everything that is written: `INSTANCE_PATH`, else `HAILONG_INSTANCE`, else `instance/`."""
    chosen = overrides.get("INSTANCE_PATH") or environment.get("HAILONG_INSTANCE") or ROOT / "instance"
    return Path(chosen).resolve()


def settings(
    instance: Path, overrides: Mapping[str, Any], environment: Mapping[str, str] = os.environ
) -> dict[str, Any]:
    """The Flask configuration: defaults, then the environment, then `overrides` (Flask's own key names).

    Makes the instance folder, and in it the secret key when none is given. Raises SettingError.
    """
    _make_folder(instance)
    found: dict[str, Any] = {
        "MAX_CONTENT_LENGTH": LARGEST_POST,
        "SESSION_COOKIE_NAME": "hailong",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        # Behind https the cookie must never travel without it; on a laptop there is no https.
        "SESSION_COOKIE_SECURE": _count(environment, "HAILONG_TRUSTED_PROXIES") > 0,
        "PERMANENT_SESSION_LIFETIME": LONGEST_SESSION,
        "SESSION_LONGEST": LONGEST_SESSION,
        "SESSION_IDLE": timedelta(minutes=_positive(environment, "HAILONG_SESSION_IDLE_MINUTES", 60)),
        "SESSIONS_AT_ONCE": _positive(environment, "HAILONG_SESSIONS_AT_ONCE", 5),
        "REQUIRE_SECOND_FACTOR": _is_yes(environment, "HAILONG_REQUIRE_SECOND_FACTOR"),
        # Where people reach this server, for links in letters: what a browser says of it can be forged.
        "ADDRESS": environment.get("HAILONG_ADDRESS", "").rstrip("/"),
        "OIDC_ISSUER": environment.get("HAILONG_OIDC_ISSUER", "").rstrip("/"),
        "OIDC_CLIENT_ID": environment.get("HAILONG_OIDC_CLIENT_ID", ""),
        "OIDC_CLIENT_SECRET": environment.get("HAILONG_OIDC_CLIENT_SECRET", ""),
        "OIDC_NAME": environment.get("HAILONG_OIDC_NAME", ""),
        "SNAPSHOT_FOLDER": instance / "snapshots",
        "POOL_FOLDER": instance / "pools",
        # Apart from what is backed up: with these keys a copy of the pools can be read.
        "KEY_FOLDER": Path(
            environment.get("HAILONG_KEY_FOLDER") or instance.with_name(f"{instance.name}-keys")
        ).resolve(),
        "TRUSTED_PROXIES": _count(environment, "HAILONG_TRUSTED_PROXIES"),
        "SQLALCHEMY_DATABASE_URI": environment.get("DATABASE_URL")
        or f"sqlite:///{instance / 'hailong.sqlite'}",
    } | dict(overrides)
    found["SQLALCHEMY_DATABASE_URI"] = database_url(found["SQLALCHEMY_DATABASE_URI"])
    if not found.get("SECRET_KEY"):
        found["SECRET_KEY"] = environment.get("HAILONG_SECRET_KEY") or _kept_secret(instance / "secret_key")
    return found


def database_url(given: str) -> str:
    """The address as SQLAlchemy needs it: PostgreSQL by psycopg, SQLite in a file. Raises SettingError."""
    try:
        url = make_url(given)
    except ArgumentError:
        raise SettingError(
            "DATABASE_URL is not a database address; write postgresql://user:password@host/name or "
            "sqlite:////folder/file.sqlite."
        ) from None
    if url.drivername in {"postgres", "postgresql"}:
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername not in {"postgresql+psycopg", "sqlite"}:
        raise SettingError(
            f"DATABASE_URL names the database {url.drivername!r}; Hailong runs on postgresql and on sqlite."
        )
    if url.drivername == "sqlite" and url.database in {None, "", ":memory:"}:
        raise SettingError(
            "DATABASE_URL names an SQLite database without a file; answers must outlive the process."
        )
    return url.render_as_string(hide_password=False)


def _make_folder(folder: Path) -> None:
    try:
        # Answers lie in here: nobody else on the machine reads along.
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingError(
            f"The instance folder {folder} cannot be made ({error.strerror}); name another in HAILONG_INSTANCE."
        ) from None


def _count(environment: Mapping[str, str], name: str) -> int:
    text = environment.get(name, "0")
    if not text.isdecimal():
        raise SettingError(f"{name} is {text!r}; write a whole number, 0 for none.")
    return int(text)


def _positive(environment: Mapping[str, str], name: str, usual: int) -> int:
    number = _count(environment, name) if environment.get(name) else usual
    if not 0 < number < 100_000:
        raise SettingError(f"{name} is {number}; write a whole number from 1 to 99999.")
    return number


def _is_yes(environment: Mapping[str, str], name: str) -> bool:
    given = environment.get(name, "0")
    if given not in {"0", "1"}:
        raise SettingError(f"{name} is {given!r}; write 1 for yes, 0 for no.")
    return given == "1"


def _kept_secret(path: Path) -> str:
    """The key in this file, made on first use: several workers that start at once must agree on one."""
    if not path.exists():
        draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_hex(32))
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text()
