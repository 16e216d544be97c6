"""The words beside the chart: how to read it, and that it is no ranking."""

from __future__ import annotations

import pytest

from app.results.captions import captions, level_text
from app.results.chart import WIDE, draw
from tests.results.records import row, suppressed, without_interval

HUE, CA_MAU = ("Huế", row(90.0, 86.0, 94.0)), ("Cà Mau", row(60.0, 52.0, 68.0))


def words(*rows, level=0.95, language="en"):
    return captions("Service", rows, draw(rows, None, WIDE, language), level, language)


def said(*rows, **options):
    return " ".join(words(*rows, **options).remarks)


def test_title_and_description_say_what_is_seen():
    found = words(CA_MAU, HUE)

    assert found.title == "Service: value and interval of each agency (2)"
    assert found.description == "The values run from 60.00 to 90.00. The table below holds the same figures."


def test_the_interval_is_named_with_its_level():
    assert "Line through the dot: t interval, 95 %." in said(CA_MAU, HUE)


def test_every_kind_of_interval_is_named_once():
    other = row(interval_label="Korn-Graubard interval")

    assert "t interval, Korn-Graubard interval, 95 %." in said(HUE, ("Sơn La", other), CA_MAU)


def test_the_order_is_said_to_be_no_ranking():
    # Nor is it a test: overlapping intervals do not make two agencies equal.
    assert "the order is not a ranking. Whether two agencies differ takes a test" in said(CA_MAU, HUE)
    assert "thứ tự này không phải là xếp hạng" in said(CA_MAU, HUE, language="vi")


def test_one_agency_has_no_order():
    assert "ranking" not in said(HUE)


def test_missing_intervals_are_said_so_and_counted():
    remarks = said(HUE, ("Lào Cai", without_interval()), ("Sơn La", without_interval()))

    assert "Hollow dot: a value without an interval (agencies: 2)." in remarks
    assert "Hollow" not in said(HUE, CA_MAU)


def test_without_any_interval_none_is_promised():
    assert "Line through the dot" not in said(("Lào Cai", without_interval()))


def test_hidden_values_are_said_so_and_counted():
    assert "no value is shown (agencies: 1)" in said(HUE, ("Sơn La", suppressed()))
    assert "no value is shown" not in said(HUE, CA_MAU)


def test_hidden_values_are_not_in_the_description():
    assert words(("Sơn La", suppressed())).description == "The table below holds the same figures."


def test_an_axis_that_does_not_begin_at_zero_says_so():
    assert "The axis runs from 50 to 100; it does not begin at 0." in said(CA_MAU, HUE)
    assert "begin at 0" not in said(("Huế", row(40.0, 3.0, 90.0)))


@pytest.mark.parametrize(
    ("level", "language", "text"),
    [(0.95, "en", "95"), (0.975, "en", "97.5"), (0.975, "vi", "97,5"), (0.999, "vi", "99,9")],
)
def test_the_level_is_written_as_its_readers_write_it(level, language, text):
    assert level_text(level, language) == text
