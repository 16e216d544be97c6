"""The sheet of a table, cell by cell."""

import pytest
from openpyxl import load_workbook

from app.scorecards import Column, Fact, Figure
from tests.workbooks.cards import card, small_card, small_table, summary_table
from tests.workbooks.linter import lint


def sheet_of(path, name="Nhỏ"):
    return load_workbook(path)[name]


def table_rows(path, name="Nhỏ"):
    """The cells of the only table, its header first."""
    sheet = sheet_of(path, name)
    (table,) = sheet.tables.values()
    return [[cell.value for cell in row] for row in sheet[table.ref]]


def test_values_come_back_unrounded(written):
    rows = table_rows(written(card("vi")), "Tổng hợp")
    table = summary_table("vi")
    assert rows[0][:4] == ["Nội dung", "Mã", "Số phiếu [ghi chú 1]", "Hài lòng (%)"]
    for read, row in zip(rows[1:], table.rows, strict=True):
        for value, cell in zip(read, row, strict=True):
            if isinstance(cell, str):
                assert value == (cell or None)
            elif cell.value is None:
                assert value == f"[{cell.mark}]"
            else:
                assert value == pytest.approx(cell.value, rel=1e-15)


def test_published_values_come_back_to_the_last_bit(written):
    # Published floats have twelve significant digits (CONTRACTS 5), and a cell keeps sixteen.
    values = (83.9351234567, 0.000123456789012, 99.9999999999, 2.675)
    made = small_card(small_table(rows=tuple(("Một", Figure(value)) for value in values)))
    assert [row[1] for row in table_rows(written(made))[1:]] == list(values)


def test_what_stands_above_the_table(written):
    above = [cell.value for cell in sheet_of(written(card("en")), "Summary")["A"][:9]]
    assert above == [
        "Hải Phòng: satisfaction overall and by factor, 2026",
        "Per cent of answers satisfied or very satisfied, weighted; 95 % confidence intervals",
        "This worksheet contains one table.",
        "Figures are rounded for display only; differences use unrounded figures.",
        "[c]: suppressed: too few people answered to publish the figure",
        "[x]: not available: the figure cannot be estimated from these answers",
        "The notes are explained on the sheet “Notes”.",
        "Empty cells mean that there is nothing to remark; they occur in: “Remark”.",
        "Source: SIPAS survey, third quarter of 2026",
    ]


def test_a_sheet_explains_only_the_marks_it_uses(written):
    above = [cell.value for cell in sheet_of(written(card("en")), "Items")["A"][:6]]
    assert [line for line in above if line.startswith("[")] == [
        "[c]: suppressed: too few people answered to publish the figure"
    ]


def test_the_notes_list_every_note_and_mark(written):
    rows = table_rows(written(card("vi")), "Ghi chú")
    assert [row[0] for row in rows] == ["Ký hiệu", "[ghi chú 1]", "[ghi chú 2]", "[c]", "[x]"]


def test_references_to_notes_are_written_in_the_language_of_the_card(written):
    table = small_table(remarks=("Xem [note 2].", "Xem [ghi chú 1]."), rows=(("Một [note 1]", Figure(1.5)),))
    path = written(small_card(table, notes=("Lời một.", "Lời hai.")))
    above = [cell.value for cell in sheet_of(path)["A"][3:6]]
    assert above == [
        "Xem [ghi chú 2].",
        "Xem [ghi chú 1].",
        "Các ghi chú được giải thích ở trang “Ghi chú”.",
    ]
    assert table_rows(path)[1][0] == "Một [ghi chú 1]"
    assert lint(path) == []


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+84 225 3821 055",
        "-5",
        "@sum(a1)",
        "=HYPERLINK(\"x\")",
        "https://example.org/a b",
        "mailto:a@b.example",
        "01",
        "1e5",
        "{=1}",
        "<r><t>x</t></r>",
        "<r>unclosed</r>",
        "_x0041_ & <b> \"quoted\" 'too'",
        "  spaces  ",
        "two\nlines",
        "😀 Đường Hoàng Diệu, phường Minh Khai",
    ],
)  # fmt: skip
def test_a_text_stays_the_text_it_is(written, text):
    path = written(small_card(small_table(rows=((text, Figure(1.5)),))))
    sheet = sheet_of(path)
    cell = sheet["A5"]
    assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)
    assert lint(path) == []


def test_a_text_like_a_formula_stays_text_when_it_is_edited(written):
    sheet = sheet_of(written(small_card(small_table(rows=(("=1+1", Figure(1.5)), ("Hai", Figure(1.5)))))))
    assert (sheet["A5"].quotePrefix, sheet["A6"].quotePrefix) == (True, False)


def test_texts_are_composed(written):
    decomposed = "Hải Phòng"
    made = small_card(small_table(title=decomposed, rows=((decomposed, Figure(1.5)),)))
    sheet = sheet_of(written(made))
    assert sheet["A1"].value == sheet["A5"].value == "Hải Phòng"


def test_codes_of_digits_stay_text_and_are_declared(written):
    path = written(small_card(small_table(rows=(("01", Figure(1.5)), ("31", Figure(2.5))))))
    assert [row[0] for row in table_rows(path)[1:]] == ["01", "31"]
    assert lint(path) == []


def test_long_texts_get_the_height_they_need(written):
    words = "Cán bộ hướng dẫn tận tình, giải thích rõ ràng và trả kết quả đúng hẹn. "
    rows = tuple((words * count, Figure(1.5)) for count in (1, 10, 60))
    made = small_card(small_table(rows=rows, remarks=(words * 4,)))
    assert lint(written(made)) == []


def test_a_value_with_a_mark_keeps_its_number(written):
    table = small_table(
        columns=(*small_table().columns, Column("flag", "Ký hiệu", "text")),
        rows=(("Một", Figure(1.5, "u"), "[u]"), ("Hai", Figure(2.5), "")),
    )
    path = written(small_card(table, marks=(Fact("[u]", "độ tin cậy thấp"),)))
    assert table_rows(path)[1] == ["Một", 1.5, "[u]"]
    assert lint(path) == []


def test_a_table_of_numbers_only_is_fitted_too(written):
    columns = (Column("a", "Năm (%)", "percent"), Column("b", "Số phiếu", "count"))
    rows = ((Figure(83.94), Figure(800_000_000)), (Figure(None, "c"), Figure(2)))
    made = small_card(small_table(columns=columns, rows=rows), marks=(Fact("[c]", "không công bố"),))
    assert lint(written(made)) == []
