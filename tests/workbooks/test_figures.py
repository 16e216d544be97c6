"""Rounding, number formats and marks as a reader sees them."""

from datetime import date
from decimal import Decimal

import numpy
import pytest

from app.figures import (
    DECIMALS,
    mark_facts,
    note_text,
    number_format,
    rounded,
    show,
    show_date,
    show_responses,
)
from app.scorecards import Fact, Figure


def test_a_figure_is_shown_with_the_separators_of_its_reader():
    assert show(Figure(83.93512), "percent", "vi") == "83,94"
    assert show(Figure(36525), "count", "vi") == "36.525"
    assert show(Figure(36525), "count", "en") == "36,525"
    assert show(Figure(1.23456), "number", "en") == "1.2346"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (2.675, "2.68"),  # 2.67499999999999982236431605997495353221893310546875 in binary
        (1.005, "1.01"),
        (0.125, "0.13"),
        (0.135, "0.14"),
        (0.145, "0.15"),
        (83.935, "83.94"),
        (99.995, "100.00"),
        (-2.675, "-2.68"),
        (-0.125, "-0.13"),
        (0.0049999, "0.00"),
        (1e-300, "0.00"),
        (36525, "36525.00"),
    ],
)
def test_halves_go_away_from_zero_as_in_a_spreadsheet(value, expected):
    assert rounded(value, 2) == Decimal(expected)


def test_a_value_that_rounds_to_zero_has_no_sign():
    assert show(Figure(-0.004), "points", "en") == "0.00"


def test_a_float_of_an_array_is_rounded_like_any_other():
    assert show(Figure(numpy.float64(2.675)), "percent", "en") == "2.68"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(ValueError, match="is not a number that can be shown"):
        show(Figure(value), "percent", "vi")


def test_a_figure_without_a_value_shows_its_mark():
    assert show(Figure(None, "c"), "percent", "vi") == "[c]"


def test_a_mark_beside_a_value_follows_it():
    assert show(Figure(83.94, "u"), "percent", "vi") == "83,94 [u]"


def test_number_formats_have_the_decimals_of_the_pages():
    formats = {kind: number_format(kind) for kind in DECIMALS}
    assert formats == {"count": "#,##0", "percent": "#,##0.00", "points": "#,##0.00", "number": "#,##0.0000"}


def test_marks_are_explained_in_a_fixed_order_and_once():
    facts = mark_facts("xcx", "en")
    assert [fact.label for fact in facts] == ["[c]", "[x]"]
    assert facts[0] == Fact("[c]", "suppressed: too few people answered to publish the figure")


def test_a_mark_outside_the_list_is_refused():
    with pytest.raises(ValueError, match=r"No meaning is known for the mark \[q\]"):
        mark_facts("cq", "vi")


def test_a_count_is_said_in_words():
    assert show_responses(36525, "vi") == "36.525 phiếu trả lời"
    assert show_responses(1, "en") == "1 response"
    assert show_responses(0, "en") == "0 responses"


def test_dates_are_written_as_offices_write_them():
    assert show_date(date(2026, 2, 5), "vi") == "05/02/2026"
    assert show_date(date(2026, 2, 5), "en") == "5 February 2026"


def test_notes_are_numbered_in_the_language_of_the_card():
    assert (note_text(1, "en"), note_text(12, "vi")) == ("[note 1]", "[ghi chú 12]")
