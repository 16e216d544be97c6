"""`hailong export`, `work --once`, `backup` and `restore`, called as an office calls them."""

from __future__ import annotations

import csv
import errno
import json
import shutil

import duckdb
import pytest
from click.testing import CliRunner
from xlsxwriter.exceptions import FileCreateError

from app import create_app
from app.cli import group
from app.extensions import db
from app.services import snapshots
from app.services.exporting import answers
from tests.services.exporting.conftest import make_frozen


@pytest.fixture(scope="module")
def office(tmp_path_factory, migrated_file):
    """Runs `hailong` on an instance with a frozen wave; gives (exit code, stdout, stderr)."""
    folder = tmp_path_factory.mktemp("export")
    url = f"sqlite:///{shutil.copy(migrated_file, folder / 'test.sqlite')}"
    app = create_app({"INSTANCE_PATH": folder / "instance", "SQLALCHEMY_DATABASE_URI": url})
    with app.app_context():
        make_frozen()
        db.session.remove()
        db.engine.dispose()

    def run(*arguments, **environment):
        given = {"HAILONG_INSTANCE": str(folder / "instance"), "DATABASE_URL": url, **environment}
        done = CliRunner().invoke(group, [str(one) for one in arguments], env=given)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.exit_code, done.stdout, done.stderr

    return run


def test_answers_go_to_the_file_that_is_named_with_the_codebook_beside(office, tmp_path):
    out = tmp_path / "new" / "answers.csv"
    code, said, problem = office(
        "export", "citizens", "2026", "--format", "csv", "--out", out, "--no-bom", "--branch", "north"
    )
    assert (code, problem) == (0, "")
    assert said.startswith("24 rows: ")
    with out.open(newline="", encoding="utf-8") as file:
        assert {row["agency"] for row in csv.DictReader(file)} == {"north-1", "north-2"}
    assert sorted(path.name for path in out.parent.iterdir()) == ["answers-codebook.csv", "answers.csv"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("none", "2026", "--format", "csv"), "none"),
        (("citizens", "2026", "--format", "figures"), "release"),
        (("citizens", "2026", "--format", "csv", "--branch", "nowhere"), "Nobody answered"),
        (("citizens", "2026", "--format", "exe"), "exe"),
    ],
)
def test_what_cannot_be_exported_is_said_in_a_sentence_and_leaves_nothing(
    office, tmp_path, arguments, sentence
):
    code, _, problem = office("export", *arguments, "--out", tmp_path / "a")
    assert code in {1, 2}
    assert sentence in problem
    assert "Traceback" not in problem
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_named(office):
    code, _, problem = office("export", "citizens", "2026", "--format", "json", "--out", "/dev/null/a.json")
    assert (code, problem.count("\n")) == (1, 1)
    assert "cannot be written" in problem


def test_backup_and_restore_say_what_they_did_and_what_is_left_to_keep(office, tmp_path):
    code, said, _ = office("backup", tmp_path / "a.backup")
    assert code == 0
    assert "the folder of keys" in said
    fresh = {
        "HAILONG_INSTANCE": str(tmp_path / "again"),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'again.sqlite'}",
    }
    code, said, problem = office("restore", tmp_path / "a.backup", **fresh)
    assert (code, problem) == (0, "")
    assert "hailong db upgrade" in said
    out = tmp_path / "answers.jsonl"
    assert office("export", "citizens", "2026", "--format", "jsonl", "--out", out, **fresh)[0] == 0
    assert len([json.loads(line) for line in out.read_text().splitlines()]) == 36
    code, _, problem = office("restore", tmp_path / "a.backup", **fresh)
    assert (code, problem.count("\n")) == (1, 1)
    assert "not empty" in problem


def test_what_left_the_house_and_which_key_ended_stands_in_the_audit(office, tmp_path):
    office("keys", "make")
    office("keys", "rotate")
    office("export", "citizens", "2026", "--format", "jsonl", "--out", tmp_path / "a.jsonl")
    office("backup", tmp_path / "a.backup")
    office("audit", "export", tmp_path / "audit.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "audit.jsonl").read_text().splitlines()][-5:]
    assert [line["action"] for line in lines] == [
        "key.made",
        "key.retired",
        "key.made",
        "export-answers.made",
        "backup.made",
    ]
    assert lines[-1]["subject"] == str(tmp_path / "a.backup")
    facts = json.loads(lines[-2]["facts"])
    assert (lines[-2]["subject"], facts["rows"], facts["format"]) == ("citizens/2026", 36, "jsonl")
    assert facts["files"] == [str(tmp_path / "a.jsonl"), str(tmp_path / "a-codebook.csv")]


@pytest.mark.parametrize(
    "error",
    [
        duckdb.IOException("IO Error: Could not write file: No space left on device"),
        FileCreateError(OSError(errno.ENOSPC, "No space left on device")),
    ],
)
def test_a_full_disk_is_told_in_a_sentence_in_whatever_librarys_words(office, tmp_path, monkeypatch, error):
    def full(*_given, **_options):
        raise error

    monkeypatch.setattr(answers, "export_answers", full)
    code, _, problem = office("export", "citizens", "2026", "--format", "parquet", "--out", tmp_path / "a")
    assert (code, problem) == (1, f"{tmp_path / 'a'} cannot be written: the disk is full.\n")
    assert not list(tmp_path.iterdir())
    monkeypatch.setattr(snapshots, "freeze", full)
    code, _, problem = office("wave", "close", "citizens", "2026", "--freeze")
    assert (code, problem.count("\n")) == (1, 1)
    assert "the disk is full" in problem


def test_the_queue_can_be_worked_off_by_hand(office):
    assert office("work", "--once")[:2] == (0, "0 jobs done.\n")
