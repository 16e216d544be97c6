"""`hailong agencies`: a list in, the same list out, and the tree on the console."""

from __future__ import annotations

import shutil

import pytest
from click.testing import CliRunner

from app.cli import group

LIST = "code,kind,parent,valid_from,name_vi\n01,province,,2025-07-01,Hà Nội\n0101,ward,01,2025-07-01,Phường Ba Đình\n"


@pytest.fixture
def run(tmp_path, migrated_file):
    (tmp_path / "instance").mkdir()
    shutil.copy(migrated_file, tmp_path / "instance" / "hailong.sqlite")

    def run(*arguments):
        done = CliRunner().invoke(
            group, ("agencies", *arguments), env={"HAILONG_INSTANCE": str(tmp_path / "instance")}
        )
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.exit_code, done.stdout, done.stderr

    return run


def test_a_list_is_taken_in_changed_and_written(run, tmp_path):
    (tmp_path / "list.csv").write_text(LIST, encoding="utf-8")
    assert run("import", str(tmp_path / "list.csv"), "--preview")[1].endswith("Would be: 2 began.\n")
    assert run("import", str(tmp_path / "list.csv")) == (0, "Taken in: 2 began.\n", "")
    assert run("import", str(tmp_path / "list.csv"))[1] == "Taken in: no change.\n"
    assert run("tree", "--on", "2026-01-01")[1] == "01  Hà Nội\n  0101  Phường Ba Đình\n"
    assert run("tree", "--below", "0101")[1] == "0101  Phường Ba Đình\n"
    assert run("export", str(tmp_path / "out.csv"))[0] == 0
    written = (tmp_path / "out.csv").read_text(encoding="utf-8-sig")
    assert written.splitlines()[2] == "0101,ward,01,,2025-07-01,,,Phường Ba Đình"


def test_what_is_wrong_is_said_and_nothing_is_stored(run, tmp_path):
    (tmp_path / "list.csv").write_text(LIST.replace("ward,01", "ward,02"), encoding="utf-8")
    code, out, said = run("import", str(tmp_path / "list.csv"))
    assert (code, out) == (1, "")
    assert "Row 3, agency 0101: its parent 02 is neither in the list nor known" in said
    assert "cannot be read" in run("import", str(tmp_path / "none.csv"))[2]
    assert run("tree")[1] == ""
