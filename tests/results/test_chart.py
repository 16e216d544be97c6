"""The chart's geometry: dots at values, whiskers from low to high, and nothing where there is nothing."""

from __future__ import annotations

import pytest

from app.figures import show
from app.results.chart import NARROW, WIDE, draw
from tests.results.records import row, suppressed, without_interval

ROWS = [
    ("Cà Mau", row(60.0, 52.0, 68.0)),
    ("Huế", row(90.0, 86.0, 94.0)),
    ("Lào Cai", without_interval(70.0)),
    ("Sơn La", suppressed()),
]
WHOLE = ("All agencies", row(79.5, 78.0, 81.0))

both = pytest.mark.parametrize("layout", [WIDE, NARROW], ids=lambda layout: layout.code)


def drawn(layout=WIDE, rows=ROWS, whole=WHOLE, language="en"):
    return draw(rows, whole, layout, language)


def place(chart, figure):
    """Where a figure belongs, by the outermost ticks."""
    first, last = chart.ticks[0], chart.ticks[-1]
    share = (figure - int(first.text)) / (int(last.text) - int(first.text))
    return first.x + share * (last.x - first.x)


@both
def test_dot_and_whisker_stand_at_value_low_and_high(layout):
    chart = drawn(layout)
    mark = next(mark for mark in chart.marks if mark.name == ("Cà Mau",))

    assert mark.value_x == pytest.approx(place(chart, 60), abs=0.06)
    assert mark.low_x == pytest.approx(place(chart, 52), abs=0.06)
    assert mark.high_x == pytest.approx(place(chart, 68), abs=0.06)
    assert mark.low_x < mark.value_x < mark.high_x


@both
def test_the_highest_value_comes_first_and_what_is_not_shown_last(layout):
    assert [mark.name[0] for mark in drawn(layout).marks] == ["Huế", "Lào Cai", "Cà Mau", "Sơn La"]


def test_a_hidden_value_does_not_come_before_nought():
    chart = drawn(rows=[("Sơn La", suppressed()), ("Huế", row(0.0, None, None))])

    assert [mark.name[0] for mark in chart.marks] == ["Huế", "Sơn La"]


def test_equal_values_stay_in_the_order_of_the_tree():
    chart = drawn(rows=[("Bắc Ninh", row()), ("An Giang", row()), ("Cần Thơ", row())])

    assert [mark.name[0] for mark in chart.marks] == ["Bắc Ninh", "An Giang", "Cần Thơ"]


@both
def test_a_missing_interval_is_drawn_without_a_whisker(layout):
    mark = next(mark for mark in drawn(layout).marks if mark.name == ("Lào Cai",))

    assert mark.value_x is not None
    assert mark.low_x is mark.high_x is None


@both
def test_a_suppressed_figure_is_drawn_nowhere(layout):
    mark = drawn(layout).marks[-1]

    assert (mark.value_x, mark.low_x, mark.high_x, mark.text) == (None, None, None, "[c]")
    assert mark.spoken == "Sơn La: [c]; n = [c]"


@both
def test_a_suppressed_figure_does_not_move_the_axis(layout):
    assert drawn(layout).ticks == drawn(layout, rows=ROWS[:-1]).ticks


@pytest.mark.parametrize("language", ["vi", "en"])
def test_values_are_written_as_the_table_writes_them(language):
    chart = drawn(language=language)

    assert [mark.text for mark in chart.marks[:2]] == [
        show(ROWS[1][1].value, "percent", language),
        show(ROWS[2][1].value, "percent", language),
    ]


def test_a_pointer_gets_value_interval_and_number():
    assert drawn().marks[0].spoken == "Huế: 90.00 (86.00 – 94.00); n = 1,234"


@both
def test_rows_follow_each_other_inside_the_canvas(layout):
    chart = drawn(layout)
    heights = [mark.y for mark in chart.marks]

    assert heights == sorted(set(heights))
    assert all(chart.top < y < chart.bottom for y in heights)
    assert chart.bottom < chart.height
    assert all(0 <= tick.x <= layout.width for tick in chart.ticks)


@both
def test_a_long_name_takes_two_lines_and_room_for_them(layout):
    long = "Trung tâm Phục vụ hành chính công của thành phố, bộ phận tiếp nhận và trả kết quả số hai"
    chart = drawn(layout, rows=[(long, row()), ("Huế", row())], whole=None)
    first, second = chart.marks

    assert len(first.name) == 2
    assert first.name[1].endswith("…")
    assert long in first.spoken
    assert second.name_y > first.name_y + 18


@both
def test_the_figure_of_all_is_a_line_at_its_place(layout):
    chart = drawn(layout)

    assert chart.reference.text == "All agencies: 79.50"
    assert chart.reference.x == pytest.approx(place(chart, 79.5), abs=0.06)


@pytest.mark.parametrize("whole", [None, ("All agencies", suppressed())])
def test_where_all_have_no_figure_there_is_no_line(whole):
    assert drawn(whole=whole).reference is None


@both
@pytest.mark.parametrize("value", [1.0, 99.0])
def test_the_words_of_the_line_stay_on_the_canvas(layout, value):
    rows = [("Huế", row(1.0, 0.0, 2.0)), ("Cà Mau", row(99.0, 98.0, 100.0))]
    name = "Ủy ban nhân dân thành phố"
    chart = drawn(layout, rows=rows, whole=(name, row(value, None, None)))
    width = len(chart.reference.text) * 7

    left = {"start": 0, "middle": width / 2, "end": width}[chart.reference.anchor]
    assert chart.reference.x - left >= 0
    assert chart.reference.x - left + width <= layout.width


def test_both_layouts_have_the_same_axis_and_order():
    wide, narrow = drawn(WIDE), drawn(NARROW)

    assert [tick.text for tick in wide.ticks] == [tick.text for tick in narrow.ticks]
    assert [mark.spoken for mark in wide.marks] == [mark.spoken for mark in narrow.marks]


def test_where_nothing_is_shown_there_is_a_scale_without_dots():
    chart = drawn(rows=[("Huế", suppressed())], whole=None)

    assert [tick.text for tick in chart.ticks] == ["0", "20", "40", "60", "80", "100"]
    assert chart.marks[0].value_x is None
