"""Results and workbooks on disk: complete, or not there at all."""

from __future__ import annotations

import json

import pytest

from app.services import estimation
from app.services.assembly.context import CardContext
from app.services.estimation import write_both, write_results, write_workbooks
from app.services.files import FileRefused
from app.workbooks.problems import WorkbookError
from tests.services.assembly.runs import scored
from tests.workbooks.linter import lint

CONTEXT = CardContext(language="en", wave="Spring", organisation="Office")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A small run with two domains."""
    rows = [{"place": "ab"[k % 2], "q1": "15"[k % 2]} for k in range(60)]
    return scored(tmp_path_factory.mktemp("run"), rows, by="place", wave_kind="probability")


@pytest.fixture
def broken(monkeypatch):
    """The second workbook cannot be written."""
    write, made = estimation.write_workbook, []

    def fail(card, path):
        if made:
            raise WorkbookError("The disk of this test is full.")
        made.append(path)
        return write(card, path)

    monkeypatch.setattr(estimation, "write_workbook", fail)


def everything(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_results_and_workbooks_are_written_and_nothing_else(run, tmp_path):
    paths = write_both(run, tmp_path / "out.json", CONTEXT, tmp_path / "books")
    assert [path.name for path in paths] == ["whole.xlsx", "place-a.xlsx", "place-b.xlsx"]
    assert everything(tmp_path) == [
        "books",
        *(f"books/{name}" for name in sorted(p.name for p in paths)),
        "out.json",
    ]
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["schema"] == 1


def test_every_workbook_keeps_the_rules(run, tmp_path):
    for path in write_workbooks(run, CONTEXT, tmp_path):
        assert lint(path) == []


def test_the_same_run_gives_the_same_bytes(run, tmp_path):
    for folder in ("one", "two"):
        write_both(run, tmp_path / folder / "out.json", CONTEXT, tmp_path / folder)
    first, second = ({p.name: p.read_bytes() for p in (tmp_path / f).iterdir()} for f in ("one", "two"))
    assert first == second


def test_folders_are_made_as_needed(run, tmp_path):
    assert write_results(run, tmp_path / "a" / "b" / "out.json").is_file()
    assert write_workbooks(run, CONTEXT, tmp_path / "c" / "d")[0].is_file()


def test_progress_is_told_of_every_workbook(run, tmp_path):
    told = []
    assert write_workbooks(run, CONTEXT, tmp_path, told.append) == told


def test_what_stood_there_is_replaced_and_other_files_are_left_alone(run, tmp_path):
    (tmp_path / "whole.xlsx").write_text("old")
    (tmp_path / "mine.txt").write_text("mine")
    write_workbooks(run, CONTEXT, tmp_path)
    assert lint(tmp_path / "whole.xlsx") == []
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_a_workbook_that_fails_leaves_no_workbook_and_no_folder(run, tmp_path, broken):
    with pytest.raises(WorkbookError):
        write_workbooks(run, CONTEXT, tmp_path / "new" / "books")
    assert everything(tmp_path) == []


def test_a_workbook_that_fails_leaves_no_results_either(run, tmp_path, broken):
    (tmp_path / "out.json").write_text("old")
    with pytest.raises(WorkbookError):
        write_both(run, tmp_path / "out.json", CONTEXT, tmp_path / "books")
    assert everything(tmp_path) == ["out.json"]
    assert (tmp_path / "out.json").read_text() == "old"


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("file/out.json", "Not a directory"),
        ("file/below/out.json", "Not a directory"),
        ("folder", "folder is a folder"),
        ("x" * 300, "File name too long"),
    ],
)
def test_a_place_that_takes_no_results_is_refused_and_nothing_is_left(run, tmp_path, target, reason):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    with pytest.raises(FileRefused, match=f"cannot be written: {reason}"):
        write_results(run, tmp_path / target)
    assert everything(tmp_path) == ["file", "folder"]


def test_a_file_where_the_folder_of_workbooks_should_be_is_refused_with_no_results_written(run, tmp_path):
    (tmp_path / "books").write_text("")
    with pytest.raises(FileRefused, match="books cannot be written: Not a directory"):
        write_both(run, tmp_path / "out.json", CONTEXT, tmp_path / "books")
    assert everything(tmp_path) == ["books"]


def test_a_folder_with_the_name_of_a_workbook_is_refused(run, tmp_path):
    (tmp_path / "whole.xlsx").mkdir()
    with pytest.raises(FileRefused, match=r"cannot be written: whole\.xlsx is a folder"):
        write_workbooks(run, CONTEXT, tmp_path)
    assert everything(tmp_path) == ["whole.xlsx"]


def test_results_never_hold_what_is_no_json(run, tmp_path):
    text = write_results(run, tmp_path / "out.json").read_text(encoding="utf-8")
    json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} in the document"))
