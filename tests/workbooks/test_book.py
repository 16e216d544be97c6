"""A whole workbook: its sheets, its rules, its bytes, its place on disk."""

import hashlib
import threading
import time
from io import BytesIO

import pytest
from openpyxl import load_workbook

from app.workbooks.book import write, write_to
from app.workbooks.problems import BadText, NotWritten
from tests.workbooks.cards import card, items_table, small_card, small_table, with_table
from tests.workbooks.linter import lint


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_card_becomes_a_workbook_that_keeps_every_rule(written, language):
    assert lint(written(card(language))) == []


def test_sheets_stand_in_order_under_names_of_the_language(written):
    names = load_workbook(written(card("vi"))).sheetnames
    assert names == [
        "Bìa",
        "Mục lục",
        "Ghi chú",
        "Tổng hợp",
        "Câu hỏi",
        "Chất lượng",
        "Phương pháp",
        "Xuất xứ",
    ]
    assert load_workbook(written(card("en"))).sheetnames[:3] == ["Cover", "Contents", "Notes"]


@pytest.mark.parametrize(
    "made",
    [
        card(troubles=False),
        card(items=400),
        card(items=1),
        small_card(),
        small_card(small_table(rows=small_table().rows[:1])),
    ],
    ids=["without marks", "many rows", "one item", "one small table", "one row"],
)
def test_cards_of_every_size_keep_the_rules(written, made):
    assert lint(written(made)) == []


def test_the_same_card_gives_the_same_bytes_later(tmp_path):
    first = hashlib.sha256(write(card(), tmp_path / "a.xlsx").read_bytes()).hexdigest()
    time.sleep(2.1)  # the stamps of a zip file count in steps of two seconds
    assert hashlib.sha256(write(card(), tmp_path / "b.xlsx").read_bytes()).hexdigest() == first


def test_another_figure_gives_other_bytes(tmp_path):
    changed = with_table(card(), "items", rows=items_table(count=9, troubles=False).rows)
    contents = {write(made, tmp_path / "a.xlsx").read_bytes() for made in (card(), changed)}
    assert len(contents) == 2


def test_a_stream_gets_the_same_bytes_as_a_file(tmp_path):
    stream = BytesIO()
    write_to(card(), stream)
    assert stream.getvalue() == write(card(), tmp_path / "a.xlsx").read_bytes()


def test_a_card_that_fails_leaves_neither_file_nor_remains(tmp_path):
    with pytest.raises(BadText):
        write(small_card(title="a\x07b"), tmp_path / "a.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_a_card_that_fails_leaves_the_stream_untouched():
    stream = BytesIO()
    with pytest.raises(BadText):
        write_to(small_card(title="a\x07b"), stream)
    assert stream.getvalue() == b""


def test_a_file_is_replaced_only_by_a_whole_one(tmp_path):
    path = write(card("vi"), tmp_path / "a.xlsx")
    before = path.read_bytes()
    with pytest.raises(BadText):
        write(small_card(title="a\x07b"), path)
    assert path.read_bytes() == before
    assert write(card("en"), path).read_bytes() != before


def test_a_full_disk_leaves_nothing(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("app.workbooks.book.os.replace", refuse)
    with pytest.raises(NotWritten, match=r"a\.xlsx cannot be stored: No space left on device"):
        write(small_card(), tmp_path / "a.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_said_in_one_sentence(tmp_path):
    with pytest.raises(NotWritten, match="cannot be stored: No such file or directory"):
        write(small_card(), tmp_path / "missing" / "a.xlsx")


def test_threads_write_side_by_side(tmp_path):
    expected = write(card(), tmp_path / "alone.xlsx").read_bytes()
    threads = [
        threading.Thread(target=write, args=(card(), tmp_path / f"{number}.xlsx")) for number in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all((tmp_path / f"{number}.xlsx").read_bytes() == expected for number in range(4))


def test_document_properties_name_the_organisation_and_the_day(written):
    properties = load_workbook(written(card("en"))).properties
    assert properties.title == "Hải Phòng: satisfaction of citizens in 2026"
    assert properties.creator == properties.lastModifiedBy == "Department of Home Affairs, Hải Phòng"
    assert properties.keywords == "SIPAS, hài lòng, Hải Phòng"
    assert properties.created.isoformat() == properties.modified.isoformat() == "2026-11-20T00:00:00"


def test_the_cover_says_what_whose_and_when(written):
    cover = load_workbook(written(card("vi")))["Bìa"]
    assert [cell.value for cell in cover["A"]] == [
        "Hải Phòng: mức độ hài lòng của người dân năm 2026",
        "83,94 % câu trả lời là hài lòng hoặc rất hài lòng (khoảng tin cậy 95 %: từ 81,20 đến 86,31; "
        "1.074 phiếu).",
        "Danh mục các trang tính nằm ở trang “Mục lục”.",
        "Cơ quan công bố: Sở Nội vụ thành phố Hải Phòng",
        "Ngày công bố: 20/11/2026",
        "Phương pháp: Quyết định 1001/QĐ-BNV ngày 11/12/2023",
        "Kỳ khảo sát: Quý III năm 2026",
        "Liên hệ: cchc@haiphong.example",
        "Lần công bố tiếp theo: Quý I năm 2027",
        "Phiên bản: 1",
    ]


def test_a_working_copy_that_nobody_publishes_keeps_the_rules(written):
    path = written(card(organisation=""))
    assert load_workbook(path).properties.creator == "Hailong"
    assert lint(path) == []


def test_a_table_without_rows_gets_no_sheet(written):
    book = load_workbook(written(small_card(small_table(), small_table(code="empty", tab="Rỗng", rows=()))))
    assert book.sheetnames == ["Bìa", "Mục lục", "Nhỏ"]


def test_sheets_with_hard_names_are_linked_and_printed(written):
    hard = small_card(
        small_table(tab="Hải Phòng's #1 & <2>"),
        small_table(code="b", tab="R1C1"),
        small_table(code="c", tab="2026"),
    )
    path = written(hard)
    assert lint(path) == []
    contents = load_workbook(path)["Mục lục"]
    assert contents["A3"].hyperlink.location == "'Hải Phòng''s #1 & <2>'!A1"
