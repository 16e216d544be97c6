"""Statements of the one hot road: on SQLite they go to the driver as they were compiled once.

The values still pass the column types' own preparation, so what is stored is the same to the byte. What falls
away is what SQLAlchemy does around each execution, which costs several times what SQLite itself takes. On
PostgreSQL, where a trip to the server outweighs it, SQLAlchemy executes them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, Dialect, Executable
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler


class PlainStatement:
    """One statement; it has no result, or its columns are plain texts and numbers."""

    def __init__(self, statement: Executable):
        self._statement = statement
        self._plain: _Plain | None = None

    def first(self, connection: Connection, given: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """Execute in the connection's transaction: the first row, None where there is none.

        `given` may hold more than the statement takes. A failure comes as SQLAlchemy's own error.
        """
        if connection.dialect.name != "sqlite":
            result = connection.execute(self._statement, given)
            return tuple(row) if result.returns_rows and (row := result.first()) is not None else None
        if self._plain is None:
            self._plain = _Plain(self._statement, connection.dialect)
        return self._plain.first(connection.connection.driver_connection, given)


class _Plain:
    def __init__(self, statement: Executable, dialect: Dialect):
        compiled = statement.compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)
        self._sql = compiled.string
        processors: Mapping[str, Callable[[Any], Any]] = compiled._bind_processors
        self._places = [
            (name, compiled.params.get(name), processors.get(name)) for name in compiled.positiontup or ()
        ]

    def first(self, driver: sqlite3.Connection, given: Mapping[str, Any]) -> tuple[Any, ...] | None:
        values = []
        for name, fixed, processor in self._places:
            value = given.get(name, fixed)
            values.append(processor(value) if processor else value)
        try:
            cursor = driver.execute(self._sql, values)
            row = cursor.fetchone()
            cursor.close()
        except sqlite3.Error as error:
            # As SQLAlchemy itself would say it: the caller knows these, and no driver's.
            raise DBAPIError.instance(self._sql, None, error, sqlite3.Error) from error
        return row
