"""The office's commands: the database, accounts, waves."""

from __future__ import annotations

import shutil
import socket
from datetime import date

import pytest
from click.testing import CliRunner

from app import create_app
from app.cli import group
from app.extensions import db
from app.services import fieldwork, responding
from tests.factories import make_open_wave, submission


@pytest.fixture
def run(tmp_path):
    """Runs `hailong` on an instance of its own; gives (exit code, stdout, stderr)."""

    def run(*arguments, **environment):
        environment = {"HAILONG_INSTANCE": str(tmp_path / "instance"), **environment}
        done = CliRunner().invoke(group, arguments, env=environment)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.exit_code, done.stdout, done.stderr

    return run


@pytest.fixture
def answered(migrated_file, tmp_path):
    """A made database with an open wave of twelve answers."""
    (tmp_path / "instance").mkdir()
    shutil.copy(migrated_file, tmp_path / "instance" / "hailong.sqlite")
    app = create_app({"INSTANCE_PATH": str(tmp_path / "instance")})
    with app.app_context():
        _wave, (link,) = make_open_wave()
        responding.submit_many(submission(link) for _ in range(12))
        fieldwork.create_survey("other", {"en": "Other"})
        db.engine.dispose()


def test_the_database_is_made_and_made_again_without_harm(run):
    assert run("db", "upgrade")[0] == 0
    assert run("db", "upgrade")[0] == 0
    assert run("wave", "status") == (0, "", "")


def test_a_wave_goes_from_open_to_released(run, answered, tmp_path):
    assert "citizens/2026  open  1 links  12 counted  0 late" in run("wave", "status")[1]
    code, said, _ = run("wave", "close", "citizens", "2026", "--freeze")
    assert code == 0
    assert "12 responses frozen" in said
    code, said, _ = run("wave", "release", "citizens", "2026", "--published", "2026-04-15")
    assert (code, said.split(":")[0]) == (0, "Release 1 of citizens/2026")
    books = sorted(path.name for path in (tmp_path / "instance" / "runs").rglob("*.xlsx"))
    assert books == ["agency-north-1.xlsx", "agency-north.xlsx", "whole.xlsx"]


def test_two_people_release_a_wave(run, answered, tmp_path):
    run("wave", "close", "citizens", "2026", "--freeze")
    for email in ("lan@office.vn", "minh@office.vn"):
        assert run("user", "add", email, "Lan", "--password", "một mật khẩu đủ dài")[0] == 0
    estimate = ("wave", "estimate", "citizens", "2026", "--published", "2026-04-15")
    assert "There is no account hoa@office.vn" in run(*estimate, "--by", "hoa@office.vn")[2]
    assert run(*estimate, "--by", "lan@office.vn")[1].startswith("Run 1 of citizens/2026: ")
    approve = ("wave", "approve", "citizens", "2026", "1", "--by")
    assert "another person must" in run(*approve, "lan@office.vn")[2]
    assert run(*approve, "minh@office.vn")[1].startswith("Release 1 of citizens/2026: ")
    assert run("wave", "publish", "citizens", "2026", "1")[1] == "Release 1 of citizens/2026 is public.\n"
    assert (
        "never changes" in run("wave", "reject", "citizens", "2026", "1", "No.", "--by", "minh@office.vn")[2]
    )


def test_a_release_without_a_snapshot_says_what_to_do(run, answered):
    code, _, said = run("wave", "release", "citizens", "2026", "--published", str(date(2026, 4, 15)))
    assert code == 1
    assert said == "Wave 2026 has no snapshot; close it and freeze its answers first.\n"


@pytest.mark.parametrize("step", ["open", "close"])
def test_an_unknown_wave_is_named(run, answered, step):
    assert run("wave", step, "citizens", "1999") == (
        1,
        "",
        "There is no wave citizens/1999; check the code.\n",
    )


def test_a_wave_is_not_opened_twice(run, answered):
    code, _, said = run("wave", "open", "citizens", "2026")
    assert code == 1
    assert "is open and cannot be opened" in said


def test_a_database_without_tables_asks_for_the_upgrade(run):
    code, _, said = run("wave", "status")
    assert code == 1
    assert said.endswith("run `hailong db upgrade`.\n")
    assert "Traceback" not in said


def test_an_unreachable_database_is_named(run):
    code, _, said = run("wave", "status", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert code == 1
    assert "cannot be used" in said
    assert "Traceback" not in said


def test_a_short_password_is_refused(run, answered):
    code, _, said = run("user", "add", "lan@office.vn", "Lan", "--password", "short")
    assert code == 1
    assert "at least 12" in said


def test_an_account_is_made_once(run, answered):
    arguments = ("user", "add", "lan@office.vn", "Lan", "--password", "một mật khẩu đủ dài")
    assert run(*arguments)[0] == 0
    code, _, said = run(*arguments)
    assert code == 1
    assert "There is an account for lan@office.vn already" in said


def test_serving_on_a_port_in_use_is_refused(run, answered):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, _, said = run("serve", "--port", str(port))
    assert code == 1
    assert f"Port {port} on 127.0.0.1 is in use" in said
