"""Write the dumps of the present head, SQLite and PostgreSQL: `python -m tests.upgrade.dump`."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from flask_migrate import upgrade

from app import create_app
from app.config import MIGRATIONS
from app.extensions import db
from tests.databases import postgresql
from tests.upgrade.small import check, fill

HERE = Path(__file__).parent


def head() -> str:
    """The number of the last migration."""
    return max(path.name[:4] for path in (MIGRATIONS / "versions").glob("*.py"))


def make(url: str, folder: Path) -> None:
    """Migrate the empty database at this address and fill it."""
    app = create_app({"SECRET_KEY": "x", "INSTANCE_PATH": folder, "SQLALCHEMY_DATABASE_URI": url})
    with app.app_context():
        upgrade()
        fill()
        check()
        db.session.remove()
        db.engine.dispose()


def write(kind: str, text: str) -> None:
    """Keep a dump; one that is there already is history and stays."""
    path = HERE / f"{head()}-{kind}.sql"
    with path.open("x", encoding="utf-8") as file:
        file.write(text)
    print(path)


def main() -> None:
    """Both dumps."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(f"sqlite:///{folder / 'small.sqlite'}", folder / "sqlite")
        with closing(sqlite3.connect(folder / "small.sqlite")) as connection:
            write("sqlite", "\n".join(connection.iterdump()) + "\n")
        with postgresql() as server:
            make(server.create("small"), folder / "postgresql")
            write("postgresql", server.dump("small"))


if __name__ == "__main__":
    main()
