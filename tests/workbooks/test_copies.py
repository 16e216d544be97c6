"""Copies of a workbook: the same digits, types and headers, made of the file itself and of nothing else."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO
from zipfile import ZipFile

import pytest
from odfdo import Document

from app.scorecards import Cited, Column, Figure, Formula
from app.workbooks.book import write
from app.workbooks.copies import csv_copy, ods_copy
from app.workbooks.problems import NotRead
from tests.workbooks.cards import card, small_card, small_table
from tests.workbooks.opened import Opened

ROWS = (
    ("=1+1", "01", Figure(83.9351234567), Figure(1074), ""),
    ("+84 x", "007", Figure(None, "c"), Figure(None, "c"), "suppressed"),
    ("-", "2", Figure(1e-7), Figure(12), "small"),
    ("Phường “Bến Nghé”, quận 1", "3", Figure(100), Figure(0), "undefined"),
)
COLUMNS = (
    Column("label", "Tên", "text"),
    Column("code", "Mã", "text"),
    Column("value", "Giá trị (%)", "percent"),
    Column("n", "Số phiếu", "count"),
    Column("flag", "Cờ", "text"),
)


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    table = small_table(code="summary", columns=COLUMNS, rows=ROWS)
    here = Cited("checks", "formula", 0)
    columns = [
        Column("label", "Tên", "text"),
        Column("formula", "Công thức", "number"),
        Column("ok", "Khớp", "text"),
    ]
    number = Formula((Cited("summary", "value", 0),), 83.9351234567)
    rows = (("a", number, Formula((here, "<=", here), True)),)
    check = small_table(code="checks", tab="Kiểm tra", columns=tuple(columns), rows=rows)
    made = card("vi")
    return write(small_card(table, check, marks=made.marks), tmp_path_factory.mktemp("copies") / "book.xlsx")


def tables(content):
    with ZipFile(BytesIO(content)) as archive:
        return {
            name: list(csv.reader(StringIO(archive.read(name).decode("utf-8-sig"), newline="")))
            for name in archive.namelist()
        }


def test_csv_has_every_digit_and_every_code(book):
    rows = tables(csv_copy(book, bom=False))["summary.csv"]
    assert [row[:5] for row in rows] == [
        ["Tên", "Mã", "Giá trị (%)", "Số phiếu", "Cờ"],
        ["=1+1", "01", "83.9351234567", "1074", ""],
        ["+84 x", "007", "[c]", "[c]", "suppressed"],
        ["-", "2", "0.0000001", "12", "small"],
        ["Phường “Bến Nghé”, quận 1", "3", "100", "0", "undefined"],
    ]


def test_flags_become_the_columns_of_statistical_offices(book):
    rows = tables(csv_copy(book))["summary.csv"]
    assert [row[5:] for row in rows] == [
        ["OBS_STATUS", "CONF_STATUS"],
        ["", ""],
        ["", "C"],
        ["u", ""],
        ["m", ""],
    ]


def test_only_spreadsheet_programs_get_a_mark_of_order_and_harmless_texts(book):
    with ZipFile(BytesIO(csv_copy(book))) as archive:
        assert all(archive.read(name).startswith(b"\xef\xbb\xbf") for name in archive.namelist())
    with ZipFile(BytesIO(csv_copy(book, bom=False))) as archive:
        assert not any(archive.read(name).startswith(b"\xef\xbb\xbf") for name in archive.namelist())
    assert [row[0] for row in tables(csv_copy(book))["summary.csv"]] == [
        "Tên", "'=1+1", "'+84 x", "'-", "Phường “Bến Nghé”, quận 1"
    ]  # fmt: skip


def test_contents_say_what_stands_above_each_table(book):
    found = tables(csv_copy(book))["contents.csv"]
    assert [row[0] for row in found] == ["file", "notes.csv", "summary.csv", "checks.csv"]
    assert found[2][1:3] == ["Nhỏ", "Bảng nhỏ"]
    assert "[c]: " in found[2][3]


def cells(document):
    return {
        table.name: [[(cell.type, cell.value) for cell in row.cells] for row in table.rows]
        for table in document.body.tables
    }


def test_ods_has_the_same_cells_with_their_types(book):
    found = cells(Document(BytesIO(ods_copy(book))))
    rows = found["Nhỏ"][-4:]
    assert [row[0] for row in rows] == [("string", row[0]) for row in ROWS]
    assert [row[1] for row in rows] == [("string", row[1]) for row in ROWS]
    assert [(kind, str(value)) for kind, value in (row[2] for row in rows)] == [
        ("float", "83.9351234567"), ("string", "[c]"), ("float", "1E-7"), ("float", "100")
    ]  # fmt: skip
    assert found["Kiểm tra"][-1][2] == ("boolean", True)


def test_ods_keeps_headers_decimals_and_widths(book):
    with ZipFile(BytesIO(ods_copy(book))) as archive:
        assert archive.infolist()[0].filename == "mimetype"
        assert archive.infolist()[0].compress_type == 0
        content = archive.read("content.xml").decode()
        manifest = archive.read("META-INF/manifest.xml").decode()
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
        for name in archive.namelist():
            assert name in ("mimetype", "META-INF/manifest.xml") or f'full-path="{name}"' in manifest
    assert content.count("<table:table-header-rows>") == 3
    assert 'number:decimal-places="2"' in content
    assert "style:column-width" in content


def test_the_same_book_gives_the_same_bytes(book):
    assert csv_copy(book) == csv_copy(book)
    assert ods_copy(book) == ods_copy(book)


def test_every_table_and_digit_of_a_whole_book_is_in_both(tmp_path):
    path = write(card("vi", items=5), tmp_path / "a.xlsx")
    read = Opened(path)
    as_csv = tables(csv_copy(path, bom=False))
    as_ods = cells(Document(BytesIO(ods_copy(path))))
    for sheet in read.sheets[2:]:
        code = next(iter(sheet.sheet.tables)).removeprefix("tbl_")
        columns = [cells for _header, cells in sheet.columns()]
        for line, row in enumerate(zip(*columns, strict=True), 1):
            for column, cell in enumerate(row):
                written = as_csv[f"{code}.csv"][line][column]
                _kind, copied = as_ods[sheet.title][-len(columns[0]) - 1 + line][column]
                if isinstance(cell.value, int | float):
                    assert float(written) == float(copied) == cell.value
                else:
                    assert written == (copied or "") == (cell.value or "")


def test_what_is_no_workbook_is_refused_in_one_sentence(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"PK not a workbook")
    for copy in (csv_copy, ods_copy):
        with pytest.raises(NotRead, match=r"^a\.xlsx is no workbook that can be copied: "):
            copy(path)
    with pytest.raises(NotRead, match="No such file"):
        csv_copy(tmp_path / "missing.xlsx")
