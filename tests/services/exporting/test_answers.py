"""Every format is read back and compared with the snapshot, cell by cell; nothing is lost, cut or worked out."""

from __future__ import annotations

import csv
import errno
import hashlib
import io
import json
import zipfile
from datetime import date

import duckdb
import pandas
import pyreadstat
import pytest
from python_calamine import CalamineWorkbook

from app.extensions import db
from app.services import snapshot_file
from app.services.exporting import answers, delimited, sheets, statistical
from app.services.exporting.answers import export_answers
from app.services.exporting.columns import Column
from app.services.exporting.options import FORMATS, AnswerOptions
from app.services.exporting.refusals import ExportRefused
from app.services.snapshots import path_of
from tests.services.exporting.conftest import FORMULAS, TEXTS


def options(format, **changes):
    return AnswerOptions(**{"format": format, "language": "vi", "bom": False} | changes)


def told(wave):
    """The snapshot as rows, with the agency's name behind its code; an empty cell is None."""
    columns = snapshot_file.read(path_of(wave))
    names = {"north-1": "Xã Bắc Một", "north-2": "Phường Bắc Hai", "south-1": "Xã Nam Một"}
    rows = []
    for cells in zip(*columns.values(), strict=True):
        row = dict(zip(columns, cells, strict=True))
        rows.append({"agency_name": names[row["agency"]], **row})
    return rows


def spelled(value):
    return "" if value is None else value.isoformat() if isinstance(value, date) else str(value)


@pytest.mark.parametrize("bom", [False, True])
@pytest.mark.parametrize(("delimiter", "sign"), [("comma", ","), ("semicolon", ";")])
def test_csv_says_what_the_snapshot_says(wave, tmp_path, bom, delimiter, sign):
    made = export_answers(wave, options("csv", bom=bom, delimiter=delimiter), tmp_path)
    raw = made.answers.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf") is bom
    with made.answers.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=sign))
    assert made.rows == len(rows) == 36
    assert rows == [
        {name: spelled(value) for name, value in sorted_as(row, rows[0]).items()} for row in told(wave)
    ]
    assert {row["words"] for row in rows} >= set(TEXTS[:-1]) - {"", "\ttab"}
    assert {row["field-1"] for row in rows} == {"", "01", "02", "dk", "dk2"}


def sorted_as(row, model):
    return {name: row[name] for name in model}


@pytest.mark.parametrize("format", ["json", "jsonl"])
def test_json_says_what_the_snapshot_says(wave, tmp_path, format):
    made = export_answers(wave, options(format), tmp_path)
    text = made.answers.read_text(encoding="utf-8")
    rows = json.loads(text) if format == "json" else [json.loads(line) for line in text.splitlines()]
    assert rows == [
        {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}
        for row in told(wave)
    ]


def test_parquet_says_what_the_snapshot_says_with_its_types(wave, tmp_path):
    made = export_answers(wave, options("parquet"), tmp_path)
    found = duckdb.sql(f"SELECT * FROM read_parquet('{made.answers}')")
    rows = [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]
    assert rows == told(wave)
    assert dict(zip(found.columns, map(str, found.types), strict=True))["field-1"] == "VARCHAR"


def test_xlsx_says_what_the_snapshot_says_and_no_cell_is_a_formula(wave, tmp_path):
    made = export_answers(wave, options("xlsx"), tmp_path)
    (sheet,) = CalamineWorkbook.from_path(str(made.answers)).sheet_names
    assert sheet == "Các phiếu"
    header, *rows = CalamineWorkbook.from_path(str(made.answers)).get_sheet_by_name(sheet).to_python()
    assert [
        {name: None if cell == "" else cell for name, cell in zip(header, row, strict=True)} for row in rows
    ] == told(wave)
    assert b"<f>" not in _sheet_bytes(made.answers)


def _sheet_bytes(path):
    with zipfile.ZipFile(path) as archive:
        return b"".join(archive.read(name) for name in archive.namelist() if "worksheets/" in name)


def test_more_rows_than_a_sheet_holds_go_on_on_the_next(tmp_path):
    columns = [Column("a", "plain", "a")]
    blocks = [[(str(number),) for number in range(7)]]
    assert sheets.write(tmp_path / "a.xlsx", columns, blocks, "Answers", most_rows=4) == 7
    book = CalamineWorkbook.from_path(str(tmp_path / "a.xlsx"))
    assert book.sheet_names == ["Answers", "Answers 2", "Answers 3"]
    found = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    assert found == [[["a"], ["0"], ["1"], ["2"]], [["a"], ["3"], ["4"], ["5"]], [["a"], ["6"]]]


# What an answer becomes in SPSS and Stata, by snapshot code and missing kind.
SAV = {
    ("if", "1"): 1,
    ("if", "na"): -100,
    ("if", "not_asked"): -400,
    ("if", "no_answer"): -500,
    ("field-1", "01"): 1,
    ("field-1", "02"): 2,
    ("field-1", "dk"): -200,
    ("field-1", "dk2"): -201,
    ("visited", "yes"): 1,
    ("visited", "no"): 2,
}


def test_sav_holds_every_answer_as_a_labelled_number_and_every_missing_kind(wave, tmp_path):
    made = export_answers(wave, options("sav"), tmp_path)
    frame, meta = pyreadstat.read_sav(str(made.answers), user_missing=True)
    rows = told(wave)
    assert len(frame) == len(rows) == made.rows
    assert {"if", "field_1", "heard__net_2"} <= set(frame.columns)
    for code, place in (("if", "if"), ("field-1", "field_1"), ("visited", "visited")):
        expected = [SAV.get((code, _kind_or_code(row, code))) for row in rows]
        known = [(want, got) for want, got in zip(expected, frame[place], strict=True) if want is not None]
        assert len(known) > 20
        assert all(want == got for want, got in known)
    assert meta.variable_value_labels["field_1"][1] == "Hộ tịch"
    assert meta.variable_value_labels["field_1"][-201] == "Không nhớ"
    assert meta.variable_value_labels["if"][-400] == "không được hỏi"
    assert meta.missing_ranges["if"] == [{"lo": -599, "hi": -100}]
    assert meta.column_names_to_labels["field_1"] == "Lĩnh vực"
    assert [spelled(value) for value in frame["words"]] == [spelled(row["words"]).rstrip(" ") for row in rows]
    assert list(frame["agency"]) == [row["agency"] for row in rows]
    assert list(frame["date"]) == [row["date"] for row in rows]
    for got, row in zip(frame["visits"], rows, strict=True):
        assert pandas.isna(got) if row["visits"] is None else got == float(row["visits"])
    assert "if__missing" not in frame.columns
    assert set(frame["words__missing"]) == {0, 5}
    # Where the reader wants valid answers only, the missing ones are gone.
    plain, _ = pyreadstat.read_sav(str(made.answers))
    assert set(plain["field_1"].dropna()) == {1, 2}


def _kind_or_code(row, code):
    kind = row.get(f"{code}__missing")
    return kind if kind in {"not_asked", "no_answer"} else row[code]


def test_dta_holds_the_same_with_letters_for_missing_answers(wave, tmp_path):
    made = export_answers(wave, options("dta"), tmp_path)
    frame, meta = pyreadstat.read_dta(str(made.answers), user_missing=True)
    rows = told(wave)
    letters = {-100: "a", -200: "b", -201: "f", -400: "d", -500: "e"}
    for code, place in (("if", "if_"), ("field-1", "field_1")):
        for got, row in zip(frame[place], rows, strict=True):
            want = SAV.get((code, _kind_or_code(row, code)))
            assert want is None or got == letters.get(want, want)
    assert meta.variable_value_labels["field_1"]["f"] == "Không nhớ"
    assert list(frame["words"]) == [spelled(row["words"]) for row in rows]
    # Another reader agrees, on the long text too.
    again = pandas.read_stata(
        made.answers, convert_categoricals=False, convert_missing=True, convert_dates=False
    )
    assert list(again["words"]) == [spelled(row["words"]) for row in rows]
    assert {str(one) for one in again["if_"]} >= {".a", ".d", ".e"}


def test_labels_take_the_place_of_codes(wave, tmp_path):
    made = export_answers(wave, options("csv", labels=True), tmp_path)
    with made.answers.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["field-1"] for row in rows} == {"", "Hộ tịch", "Đất đai", "Không biết", "Không nhớ"}
    assert {row["heard__tv"] for row in rows} == {"", "đã chọn", "không chọn"}
    assert {row["office"] for row in rows} == {"", "Xã Bắc Một", "Xã Nam Một"}
    assert {row["if__missing"] for row in rows} >= {"không được hỏi"}
    english = export_answers(wave, options("csv", labels=True, language="en"), tmp_path).answers.read_text()
    assert "Civil status" in english
    assert "was not asked" in english


def test_without_plan_and_reasons_the_answers_stand_alone(wave, tmp_path):
    made = export_answers(wave, options("csv", design=False, missing=False), tmp_path)
    header = made.answers.read_text(encoding="utf-8").splitlines()[0].split(",")
    assert header[:3] == ["response_key", "visited", "if"]
    assert not [name for name in header if name.endswith("__missing") or name == "weight"]


def test_with_the_guard_only_typed_cells_that_look_like_formulas_get_an_apostrophe(wave, tmp_path):
    plain, guarded = (
        list(csv.DictReader(io.StringIO(_written(wave, tmp_path, guard=on), newline="")))
        for on in (False, True)
    )
    changed = {
        (before[name], after[name])
        for before, after in zip(plain, guarded, strict=True)
        for name in before
        if before[name] != after[name]
    }
    assert {before for before, _ in changed} >= set(FORMULAS[:4])
    assert all(after == "'" + before for before, after in changed)
    assert all(before.startswith(delimited.FORMULA_SIGNS) for before, _ in changed)


def _written(wave, folder, **changes):
    return export_answers(wave, options("csv", **changes), folder).answers.read_bytes().decode()


def test_a_branch_has_its_own_rows_only(wave, tmp_path):
    made = export_answers(wave, options("jsonl"), tmp_path, tops=frozenset({"north"}))
    rows = [json.loads(line) for line in made.answers.read_text().splitlines()]
    assert {row["agency"] for row in rows} == {"north-1", "north-2"}
    assert made.rows == len(rows) == 24


@pytest.mark.parametrize("tops", [set(), {"nowhere"}, {"south-2"}])
def test_a_branch_without_answers_gets_no_file(wave, tmp_path, tops):
    with pytest.raises(ExportRefused, match="Nobody answered in your branch"):
        export_answers(wave, options("csv"), tmp_path, tops=frozenset(tops))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("format", [one for one in FORMATS if one != "xlsx"])
def test_the_same_export_gives_the_same_bytes(wave, tmp_path, format):
    hashes = set()
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        made = export_answers(wave, options(format), tmp_path / name)
        content = made.answers.read_bytes()
        # SPSS and Stata note when the file was written.
        hashes.add(hashlib.sha256(content if format not in {"sav", "dta"} else content[400:]).hexdigest())
    assert len(hashes) == 1


# What must not go well


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_with_too_few_rows_is_no_file(wave, tmp_path, monkeypatch, format):
    count = answers.Source.count
    monkeypatch.setattr(answers.Source, "count", lambda self: count(self) + 1)
    with pytest.raises(ExportRefused, match=r"36 rows|37"):
        export_answers(wave, options(format), tmp_path, tops=frozenset({"north", "south"}))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("format", ["csv", "jsonl", "xlsx"])
def test_a_disk_that_fills_up_half_way_leaves_nothing(wave, tmp_path, monkeypatch, format):
    def full(done, total):
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        export_answers(wave, options(format), tmp_path, tell=full)
    assert not list(tmp_path.iterdir())


def test_a_snapshot_that_was_changed_is_not_exported(wave, tmp_path, monkeypatch):
    monkeypatch.setattr(wave, "snapshot_sha256", "0" * 64)
    with pytest.raises(ExportRefused, match="its hash is another"):
        export_answers(wave, options("csv"), tmp_path)


def test_a_wave_that_is_not_frozen_and_one_that_promises_anonymity_are_refused(wave, tmp_path, monkeypatch):
    db.session.expunge(wave)  # it is changed here, and nowhere stored
    monkeypatch.setattr(wave, "snapshot_path", None)
    with pytest.raises(ExportRefused, match="has no snapshot yet"):
        export_answers(wave, options("csv"), tmp_path)
    monkeypatch.setattr(wave, "anonymous", True)
    with pytest.raises(ExportRefused, match="never leave as rows"):
        export_answers(wave, options("csv"), tmp_path)


def test_a_text_too_long_for_a_cell_is_refused_and_not_cut(wave, tmp_path, monkeypatch):
    monkeypatch.setattr(sheets, "MOST_SIGNS", 2000)
    monkeypatch.setattr(statistical, "SAV_TEXT", 2000)
    for format in ("xlsx", "sav"):
        with pytest.raises(ExportRefused, match="Nothing is ever cut"):
            export_answers(wave, options(format), tmp_path)
    assert not list(tmp_path.iterdir())


def test_labels_longer_than_spss_holds_are_cut_between_letters():
    assert statistical.shortened("ậ" * 50, 120) == "ậ" * 39 + "…"
    assert statistical.shortened("ậ" * 40, 120) == "ậ" * 40
