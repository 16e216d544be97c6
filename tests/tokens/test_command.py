"""`hailong token`: a key from the command line, for a server where nobody has a browser."""

from __future__ import annotations

import shutil

import pytest
from click.testing import CliRunner

from app.cli import group
from tests.auth.person import PASSWORD


@pytest.fixture
def run(migrated_file, tmp_path):
    """Runs `hailong` on an instance of its own; gives (exit code, stdout, stderr)."""
    folder = tmp_path / "instance"
    folder.mkdir()
    shutil.copy(migrated_file, folder / "hailong.sqlite")

    def run(*arguments):
        done = CliRunner().invoke(group, [*map(str, arguments)], env={"HAILONG_INSTANCE": str(folder)})
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.exit_code, done.stdout, done.stderr

    return run


def test_a_key_is_made_listed_and_revoked(run):
    assert run("user", "add", "lan@office.vn", "Lan", "--role", "evaluator", "--password", PASSWORD)[0] == 0
    code, text, _problem = run(
        "token", "make", "lan@office.vn", "Kho", "--right", "read", "--right", "export"
    )
    assert (code, text[:3]) == (0, "hl_")
    listed = run("token", "list", "lan@office.vn")[1]
    assert listed.startswith("1  Kho  export,read  until ")
    assert listed.endswith("used never\n")
    assert run("token", "revoke", "lan@office.vn", 1) == (0, "Key 1 is revoked.\n", "")
    assert "ended" in run("token", "list", "lan@office.vn")[1]


def test_what_cannot_be_done_is_one_sentence(run):
    run("user", "add", "dem@office.vn", "Đếm", "--role", "counter", "--password", PASSWORD)
    for arguments in (
        ("make", "nobody@office.vn", "Kho"),
        ("make", "dem@office.vn", "Kho"),
        ("revoke", "dem@office.vn", 7),
    ):
        code, said, problem = run("token", *arguments)
        assert (code, said) == (1, "")
        assert problem.count("\n") == 1
        assert "Traceback" not in problem
