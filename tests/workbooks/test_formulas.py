"""Formulas and charts: nothing but cells, names and known functions; nothing that is not shown."""

from __future__ import annotations

import re
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from app.scorecards import Chart, Cited, Column, Figure, Formula, Name
from app.workbooks.book import write
from app.workbooks.problems import BadCell, BadChart, BadFormula
from tests.workbooks.cards import card, small_card, small_table
from tests.workbooks.linter import lint
from tests.workbooks.test_linter import spoiled

HERE = Cited("small", "value", 0)
BOTH = Cited("small", "value", 0, 1)
CHECK = (
    Column("label", "Số liệu", "text"),
    Column("published", "Giá trị công bố", "number"),
    Column("formula", "Giá trị của công thức", "number"),
    Column("agrees", "Khớp", "text"),
)


def checks(*parts, value=3.75, published=None, columns=CHECK):
    """A card with a small table, and a line that works out `parts`."""
    published = Formula((HERE,), 1.5) if published is None else published
    row = ("a", published, Formula(parts, value), Formula((HERE, "<=", HERE), True))
    first = small_table(names=(Name("half", 0, "value", "nửa"),))
    return small_card(first, small_table(code="checks", tab="Kiểm tra", columns=columns, rows=(row,)))


def drawn(**changes):
    """A card with a chart of the small table."""
    reach = small_table(code="reach", tab="Tham số", rows=tuple((f"{k}", Figure(0.5 + k)) for k in range(4)))
    given = {
        "title": "Hai thanh",
        "table": "small",
        "rows": (0, 1),
        "label": "label",
        "value": "value",
        "down": Cited("reach", "value", 0, 1),
        "up": Cited("reach", "value", 2, 3),
        "axis": "Hài lòng (%)",
        "span": (0, 100),
        "text": "Hai thanh có khoảng",
    }
    return small_card(small_table(), reach, charts=(Chart(**(given | changes)),))


def test_a_formula_is_written_with_the_value_it_gives(written):
    path = written(checks("SUM(", BOTH, ")*half/", HERE))
    assert lint(path) == []
    formulas, values = (load_workbook(path, data_only=only)["Kiểm tra"] for only in (False, True))
    assert formulas["C5"].value == "=SUM(Nhỏ!$B$5:$B$6)*half/Nhỏ!$B$5"
    assert (values["B5"].value, values["C5"].value, values["D5"].value) == (1.5, 3.75, True)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ((HERE, "*100"), "'100' stands in a formula"),
        (("XLOOKUP(", HERE, ")"), r"'XLOOKUP\(' stands in a formula"),
        (('WEBSERVICE("http://x")',), "stands in a formula"),
        (("cmd|", HERE), "stands in a formula"),
        (("nobody*", HERE), "'nobody\\*' stands in a formula"),
        ((Cited("small", "value", 5),), "there is no small with rows 5 to 5"),
        ((Cited("small", "label", 0),), "reads row 0 of small, which shows 'Một'"),
        ((Cited("gone", "value", 0),), "there is no gone"),
    ],
)
def test_a_formula_holds_cells_names_and_known_functions_only(tmp_path, parts, said):
    with pytest.raises(BadFormula, match=said):
        write(checks(*parts), tmp_path / "a.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_a_hidden_figure_is_read_by_no_formula_and_drawn_by_no_chart(tmp_path):
    hidden = (("Một", Figure(None, "c")), ("Hai", Figure(2.25)))
    marks = card("vi").marks
    for made, problem in ((checks(BOTH), BadFormula), (drawn(), BadChart)):
        tables = (small_table(rows=hidden), *made.tables[1:])
        with pytest.raises(problem):
            write(small_card(*tables, marks=marks, charts=made.charts), tmp_path / "a.xlsx")


def test_a_formula_of_numbers_stands_among_numbers(tmp_path):
    with pytest.raises(BadCell, match="a formula of numbers stands among texts"):
        write(checks(HERE, value=True), tmp_path / "a.xlsx")


def test_no_text_of_a_card_becomes_a_formula(written):
    texts = ("=1+1", "=HYPERLINK(x)", "+1", "-1", "@SUM(A1)", "{=1}")
    path = written(small_card(small_table(rows=tuple((text, Figure(1.0)) for text in texts))))
    with ZipFile(path) as archive:
        assert not any(b"<f>" in archive.read(name) for name in archive.namelist() if "worksheets" in name)


def test_charts_stand_on_their_sheet_before_the_manifest_and_in_the_contents(written):
    path = written(drawn())
    assert lint(path) == []
    book = load_workbook(path)
    assert book.sheetnames == ["Bìa", "Mục lục", "Nhỏ", "Tham số", "Biểu đồ"]
    assert any("Biểu đồ" in str(cell.value) for cell in book["Mục lục"]["A"])
    (chart,) = book["Biểu đồ"]._charts
    (series,) = chart.series
    assert [point.v for point in series.val.numRef.numCache.pt] == [1.5, 2.25]
    assert series.errBars.plus.numRef.f == "'Tham số'!$B$7:$B$8"
    manifest = small_table(code="manifest", tab="Xuất xứ")
    made = drawn()
    path = written(small_card(*made.tables, manifest, charts=made.charts))
    assert load_workbook(path).sheetnames[-2:] == ["Biểu đồ", "Xuất xứ"]


def test_a_chart_draws_lines_that_do_not_follow_each_other(written):
    rows = tuple((f"dòng {k}", Figure(10.0 * k)) for k in range(1, 5))
    made = drawn(rows=(0, 2))
    path = written(small_card(small_table(rows=rows), made.tables[1], charts=made.charts))
    assert lint(path) == []
    with ZipFile(path) as archive:
        assert b"(Nh\xe1\xbb\x8f!$B$5:$B$5,Nh\xe1\xbb\x8f!$B$7:$B$7)" in archive.read("xl/charts/chart1.xml")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"title": "=1+1"}, BadChart),
        ({"rows": ()}, BadChart),
        ({"rows": (0, 7)}, BadChart),
        ({"table": "gone"}, BadChart),
        ({"label": "gone"}, BadChart),
        ({"up": Cited("reach", "value", 2)}, BadFormula),
    ],
)
def test_a_chart_of_what_is_not_there_is_refused(tmp_path, changes, problem):
    with pytest.raises(problem):
        write(drawn(**changes), tmp_path / "a.xlsx")


SHEET = "xl/worksheets/sheet4.xml"
CHART = "xl/charts/chart1.xml"
DRAWING = "xl/drawings/drawing1.xml"
FAULTS = {
    "a number in a formula": (checks("half"), (SHEET, "<f>half</f>", "<f>half*100</f>"), "holds the number 100"),
    "a new function": (checks("half"), (SHEET, "<f>half</f>", "<f>SORT(half)</f>"), "uses SORT"),
    "no such name": (checks("half"), (SHEET, "<f>half</f>", "<f>whole</f>"), "cites whole, which is no name"),
    "a text in a formula": (checks("half"), (SHEET, "<f>half</f>", r"<f>Nhỏ!$A$5</f>"), "reads Nhỏ!A5"),
    "a line that disagrees": (checks("half"), (SHEET, '(t="b"><f>.*?</f><v>)1<', r"\g<1>0<"), "D5 does not agree"),
    "no published twin": (checks("half"), (SHEET, "<f>Nhỏ!\\$B\\$5</f>", ""), "B5 is no formula"),
    "no text": (drawn(), (DRAWING, ' descr="[^"]*"', ""), "has no alternative text"),
    "depth": (drawn(), (CHART, "<c:barChart>(.*)</c:barChart>", r"<c:bar3DChart>\1</c:bar3DChart>"), "bars only"),
    "no title": (drawn(), (CHART, "<c:title>.*?</c:title>", ""), "has no title"),
    "no error bars": (drawn(), (CHART, "<c:errBars>.*?</c:errBars>", ""), "both ends of its interval"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_the_linter_finds(tmp_path, fault):
    made, edit, said = FAULTS[fault]
    path = write(made, tmp_path / "right.xlsx")
    assert lint(path) == []
    found = lint(spoiled(path, edit))
    assert any(said in one and re.search(r"\(rule (28|32|34|37)\)", one) for one in found), found
