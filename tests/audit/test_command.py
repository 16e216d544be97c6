"""`hailong audit`: checks, anchors and exports from the command line, on an instance of its own."""

from __future__ import annotations

import json
import shutil
import sqlite3
from getpass import getuser

import pytest
from click.testing import CliRunner

from app.cli import group


@pytest.fixture
def instance(migrated_file, tmp_path):
    """An instance whose database is made."""
    folder = tmp_path / "instance"
    folder.mkdir()
    shutil.copy(migrated_file, folder / "hailong.sqlite")
    return folder


@pytest.fixture
def run(instance):
    """Runs `hailong audit`; gives (exit code, stdout, stderr)."""

    def run(*arguments):
        done = CliRunner().invoke(
            group, ["audit", *map(str, arguments)], env={"HAILONG_INSTANCE": str(instance)}
        )
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.exit_code, done.stdout, done.stderr

    return run


@pytest.fixture
def log(instance):
    """Four lines that the command line wrote."""
    from app.cli import _create_app
    from app.extensions import db, transaction
    from app.services import audit

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HAILONG_INSTANCE", str(instance))
        app = _create_app()
    with app.app_context():
        for number in range(4):
            with transaction() as session:
                audit.record(session, "wave.opened", f"citizens/{number}")
        db.engine.dispose()


def tamper(instance, statement):
    """As somebody does who has the file: the triggers go first."""
    with sqlite3.connect(instance / "hailong.sqlite") as connection:
        for event in ("update", "delete"):
            connection.execute(f"DROP TRIGGER audit_entry_{event}")
        connection.execute(statement)
    connection.close()


def test_a_whole_log_ends_with_0(run, log):
    code, said, problems = run("check")
    assert (code, problems) == (0, "")
    assert said.startswith("4 lines, none changed or missing; the last has the hash ")


def test_an_empty_log_is_whole(run):
    assert run("check") == (0, "The log is empty.\n", "")


def test_a_changed_line_ends_with_1_and_is_named(run, log, instance):
    tamper(instance, "UPDATE audit_entry SET actor = 'nobody' WHERE number = 2")
    assert run("check") == (1, "", "Line 2 is not as it was written.\n")


def test_a_cut_end_is_found_with_an_anchor(run, log, instance, tmp_path):
    noted = tmp_path / "anchors"
    noted.write_text(run("anchor")[1])
    assert run("check", "--anchor", noted)[0] == 0
    tamper(instance, "DELETE FROM audit_entry WHERE number > 2")
    assert run("check")[0] == 0
    assert run("check", "--anchor", noted) == (
        1,
        "",
        "The log ends with line 2, but the anchor knows line 4.\n",
    )


def test_an_export_is_checked_without_the_database(run, log, instance, tmp_path):
    file = tmp_path / "log.jsonl"
    assert run("export", file) == (0, f"4 lines in {file}.\n", "")
    (instance / "hailong.sqlite").unlink()
    assert run("check", "--file", file)[0] == 0
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join(lines[:1] + lines[2:]), encoding="utf-8")
    assert run("check", "--file", file) == (1, "", "The lines from 2 to 2 are missing.\n")


def test_the_command_line_acts_under_the_name_of_its_account(run, log, tmp_path):
    run("export", tmp_path / "log.jsonl")
    first = json.loads((tmp_path / "log.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert first["actor"] == f"command line ({getuser()})"


@pytest.mark.parametrize("content", ["", "{}"])
def test_a_file_that_holds_no_anchor_is_refused_in_one_sentence(run, log, tmp_path, content):
    (tmp_path / "anchors").write_text(content)
    code, said, problem = run("check", "--anchor", tmp_path / "anchors")
    assert (code, said) == (1, "")
    assert problem.startswith("Line 1 of the anchor file is no anchor;")
    assert problem.count("\n") == 1


def test_an_empty_log_has_no_anchor(run):
    code, _said, problem = run("anchor")
    assert code == 1
    assert "The log has no line yet." in problem
