"""Widths of texts, and the columns and rows made from them."""

import pytest

from app.workbooks.layout import PAGE, WIDEST_TEXT, fit
from app.workbooks.metrics import BODY_SIZE, CELL_PADDING, INDENT, line_count, longest_word, text_width


def test_a_text_is_as_wide_as_its_letters():
    # 556 thousandths for each digit at 15 pixels.
    assert text_width("0000000000") == 84


@pytest.mark.parametrize(
    ("marked", "base"), [("ấ", "a"), ("ệ", "e"), ("Ổ", "O"), ("ợ", "ơ"), ("Đ", "D"), ("ỷ", "y")]
)
def test_a_mark_adds_no_width(marked, base):
    assert text_width(marked * 50) == text_width(base * 50)


def test_a_horn_makes_a_letter_wider():
    assert text_width("ư" * 50) > text_width("u" * 50)


def test_a_letter_of_unknown_width_takes_a_square():
    assert text_width("字" * 10) == 150


def test_bold_and_larger_texts_are_wider():
    assert (
        text_width("Hải Phòng")
        < text_width("Hải Phòng", bold=True)
        < text_width("Hải Phòng", bold=True, size=14)
    )


def test_lines_break_at_spaces():
    word = text_width("chữ") + CELL_PADDING
    assert [line_count("chữ chữ chữ", width) for width in (1000, word)] == [1, 3]


def test_a_line_feed_begins_a_line():
    assert line_count("một\nhai\n\nbốn", 1000) == 4


def test_a_word_wider_than_its_column_is_broken():
    assert line_count("0" * 100, 84 + CELL_PADDING) == 10


def test_the_longest_word_is_found_whatever_the_breaks():
    assert longest_word("a bb\nccc") == text_width("ccc")


def sizes(headers, figures, texts, first=0):
    return fit(headers, figures, texts, rows=max(map(len, texts)), first=first, place="Table x")


def test_short_columns_get_what_they_need():
    made = sizes(["Tên", "n"], [False, True], [["Hải Phòng", "Huế"], ["1,074"]])
    assert text_width("Hải Phòng") < made.widths[0] < 2 * text_width("Hải Phòng")
    assert made.row_lines == (1, 1)
    assert made.header_lines == 1


def test_a_long_text_takes_the_rest_of_the_page_and_wraps():
    long = "chữ " * 200
    made = sizes(["Mã", "Nội dung"], [False, False], [["q1"], [long]])
    assert made.widths[1] == WIDEST_TEXT + INDENT
    assert sum(made.widths) <= PAGE
    assert made.row_lines == (line_count(long, WIDEST_TEXT),)


def test_columns_that_need_less_leave_the_page_to_the_others():
    texts = [["a"], ["chữ " * 40], ["chữ " * 40]]
    made = sizes(["a", "b", "c"], [False] * 3, texts)
    assert made.widths[0] < 100
    assert made.widths[1] == made.widths[2] > PAGE // 3


def test_a_very_long_text_widens_its_column():
    made = sizes(["a"], [False], [["chữ " * 800]])
    assert made.widths[0] > WIDEST_TEXT
    assert made.row_lines[0] <= 28


def test_column_a_is_at_least_as_wide_as_told():
    assert sizes(["a", "b"], [False, True], [["q1"], ["1"]], first=400).widths[0] == 400


def test_the_body_is_eleven_points():
    assert BODY_SIZE == 11
