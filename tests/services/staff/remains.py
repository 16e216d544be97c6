"""What is left in files: every file of the instance and of the database, searched for words."""

from __future__ import annotations

from pathlib import Path

from app.extensions import db


def database_places(app, request):
    """The folders of the instance and of the database, what is in memory written out first."""
    db.session.rollback()
    places = [Path(app.instance_path)]
    if db.engine.dialect.name == "sqlite":
        return [*places, Path(db.engine.url.database).parent]
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("CHECKPOINT")
    return [*places, request.getfixturevalue("server").folder / "data" / "base"]


def holding(places, words):
    """Every file under these places that has the words in it."""
    files = {path for place in places for path in place.rglob("*") if path.is_file()}
    return [path for path in sorted(files) if words.encode() in path.read_bytes()]
