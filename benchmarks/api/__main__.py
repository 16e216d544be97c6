"""The API over 3,332 agencies, and the audit log: `python -m benchmarks.api`.

Requests are asked of the application in this process, warm, each with its line in the audit log. The log is measured by
itself on both databases, which wait for the disk at every line, as in use.
"""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade

from app import create_app
from app.bearer import TRIES
from app.extensions import db, transaction
from app.queries.audit import iter_entries
from app.queries.users import get_user_by_email
from app.services import audit, tokens
from app.services.audit_checking import check
from app.tries import Tries
from benchmarks.clock import header, measure, peak
from benchmarks.results.nation import EMAIL, make_release
from tests.databases import postgresql

LINES = 500
RELEASE = "/api/v1/surveys/citizens/waves/2026/releases/1"
PATHS = {
    "who asks": "/api/v1/me",
    "1,000 agencies": "/api/v1/agencies?limit=1000",
    "100 figures, the first": f"{RELEASE}/results",
    "100 indices of agencies, the first": f"{RELEASE}/results?kind=index",
    "1,000 indices of agencies": f"{RELEASE}/results?kind=index&limit=1000",
    "every figure of one agency": f"{RELEASE}/scorecards/07-005",
}


def application(folder: Path, url: str) -> Flask:
    app = create_app(
        {
            "SECRET_KEY": "a key for benchmarks only",
            "INSTANCE_PATH": folder / "instance",
            "SQLALCHEMY_DATABASE_URI": url,
        }
    )
    app.extensions[TRIES] = Tries(1_000_000, 1.0)
    with app.app_context():
        upgrade()
    return app


def lines(app: Flask, name: str) -> None:
    """What a line costs in a transaction of its own, and how fast the chain is checked."""
    with app.app_context():
        begun = time.perf_counter()
        for number in range(LINES):
            with transaction() as session:
                audit.record(session, "results.wave", f"citizens/{number}", method="GET", status=200)
        each = 1000 * (time.perf_counter() - begun) / LINES
        begun = time.perf_counter()
        found = check(iter_entries())
        if not found.whole:
            sys.exit(f"the chain broke: {found.faults}")
        checked = found.lines / (time.perf_counter() - begun)
        print(f"{name}: {each:.2f} ms a line; the check walks {checked:,.0f} lines a second")
        db.engine.dispose()


def pages(app: Flask) -> None:
    with app.app_context():
        last = tokens.days()[0] + timedelta(days=1)
        _made, key = tokens.issue(get_user_by_email(EMAIL).id, "benchmark", ["read"], last)
    client = app.test_client(use_cookies=False)

    def get(path: str, wanted: int = 200, **headers: str) -> str:
        answer = client.get(path, headers={"Authorization": f"Bearer {key}", **headers})
        if answer.status_code != wanted:
            sys.exit(f"{path} gave {answer.status_code}")
        return answer.text

    header()
    for name, path in PATHS.items():
        measure(name, lambda path=path: get(path))
    print(f"{'':<4}{len(get(PATHS['1,000 indices of agencies'])) / 1000:.0f} kB for 1,000 indices")
    with app.app_context():
        db.engine.dispose()
    peak()


def main() -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        lines(application(folder, f"sqlite:///{folder / 'lines.sqlite'}"), "SQLite")
        with postgresql(durable=True) as server:
            lines(application(folder, server.create("lines")), "PostgreSQL")
        app = application(folder, f"sqlite:///{folder / 'nation.sqlite'}")
        with app.app_context():
            make_release(app, folder)
        pages(app)


if __name__ == "__main__":
    main()
