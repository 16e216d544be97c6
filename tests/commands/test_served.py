"""`hailong served import`: figures from a file, or every problem by its row and exit 1."""

from __future__ import annotations

import shutil

import pytest

from app import create_app
from app.extensions import db
from tests.factories import make_agencies


@pytest.fixture
def country(monkeypatch, migrated_file, tmp_path):
    folder = tmp_path / "instance"
    folder.mkdir()
    shutil.copy(migrated_file, folder / "hailong.sqlite")
    monkeypatch.setenv("HAILONG_INSTANCE", str(folder))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with create_app().app_context():
        make_agencies()
        db.engine.dispose()


def test_a_file_is_taken_in_whole_or_not_at_all(hailong, country, tmp_path):
    file = tmp_path / "served.csv"
    head = "agency,day,transactions,source\n"
    file.write_text(f"{head}north-1,2026-03-02,x,book\nnowhere,2026-03-02,1,book\n", encoding="utf-8")
    refused = hailong("served", "import", str(file))
    assert refused.exit_code == 1
    assert refused.stderr.splitlines() == [
        "Row 2: x is no number of transactions; write a whole number from 0 to 10000000.",
        "Row 3: No agency has the code nowhere.",
    ]
    file.write_text(f"{head}north-1,2026-03-02,5,book\n", encoding="utf-8")
    assert hailong("served", "import", str(file)).stdout == "1 new, 0 replaced.\n"
    assert hailong("served", "import", str(file)).stdout == "0 new, 1 replaced.\n"


def test_a_file_that_is_not_there_is_named(hailong, country):
    refused = hailong("served", "import", "nowhere.csv")
    assert refused.exit_code == 1
    assert "nowhere.csv cannot be read" in refused.stderr
