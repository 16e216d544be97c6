"""What a post costs at least here: a bare Flask handler that stores one row durably, under the same server.

`python -m benchmarks.serving.bare FILE PORT WORKERS`, with the address of a PostgreSQL in place of a file there.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import threading
from uuid import uuid4

import psycopg
from flask import Flask, request

from app.serving import serve

TABLE = "CREATE TABLE IF NOT EXISTS answer (id TEXT PRIMARY KEY, answers TEXT NOT NULL)"


def make_app(place: str) -> Flask:
    app = Flask(__name__)
    own = threading.local()
    embedded = not place.startswith("host=")

    def connection():
        if not hasattr(own, "connection"):
            if embedded:
                own.connection = sqlite3.connect(place, isolation_level=None, timeout=15)
                own.connection.execute("PRAGMA journal_mode=WAL")
                own.connection.execute("PRAGMA synchronous=FULL")
            else:
                own.connection = psycopg.connect(place, autocommit=True)
        return own.connection

    sign = "?" if embedded else "%s"

    @app.post("/answers")
    def answers():
        given = request.get_json()
        connection().execute(
            f"INSERT INTO answer VALUES ({sign}, {sign})",
            (given.get("id") or str(uuid4()), json.dumps(given)),
        )
        return {"status": "stored"}, 201

    return app


def make_table(place: str) -> None:
    """Once, before the workers start: two of them at it at the same moment would be one too many."""
    if place.startswith("host="):
        with psycopg.connect(place, autocommit=True) as connection:
            connection.execute(TABLE)
        return
    with sqlite3.connect(place) as connection:
        connection.execute(TABLE)
    connection.close()


if __name__ == "__main__":
    place, port, workers = sys.argv[1:]
    make_table(place)
    serve(lambda: make_app(place), "127.0.0.1", int(port), int(workers), quiet=True)
