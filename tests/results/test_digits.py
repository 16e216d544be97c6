"""A table, a figure and a workbook never disagree on a digit: all three are read, for every agency."""

from __future__ import annotations

import pytest
from openpyxl import load_workbook

from app.figures import number_format, rounded, show
from app.queries.releases import get_release
from app.scorecards import Figure
from app.services.release_files import workbook_path
from app.services.released import released, rows_of
from tests.pages import text_of

WAVE = "/results/citizens/2026/"
SVG = "{http://www.w3.org/2000/svg}"


def sheet_of(path):
    """Estimates of the Items sheet: (value, low, high) as a spreadsheet shows them in Vietnamese, by item."""
    found = {}
    for item, _text, line, _answer, _code, *figures in load_workbook(path)["Câu hỏi"].iter_rows(
        values_only=True
    ):
        if line == "Ước lượng":
            found[item] = [_shown(one) for one in figures[:3]]
    return found


def _shown(cell):
    if isinstance(cell, str):
        return cell
    assert number_format("percent") == "#,##0.00"
    return f"{rounded(cell, 2)}".replace(".", ",")


@pytest.mark.parametrize("code", ["north", "north-1", "north-2", "north-3", "south", "south-1"])
def test_table_figure_and_workbook_say_the_same(office, evaluator, code):
    with office.app_context():
        release = get_release("citizens", "2026")
        workbook = sheet_of(workbook_path(release, released(release).stems[code]))
        labels = {row.node: row.node_label for row in rows_of(release, code, "vi")}
    page = evaluator.get(f"{WAVE}agencies/{code}/?lang=vi").page
    (box,) = [one for one in page.of_class("scroll") if one.get("aria-labelledby") == "items"]
    table = {
        text_of(line[0]): [text_of(cell) for cell in line[1:4]] for line in box.find("table/tbody").iter("tr")
    }
    drawn = {}
    for group in page.tree.iter(f"{SVG}g"):
        texts = {one.get("class"): text_of(one) for one in group.iter(f"{SVG}text")}
        if group.get("class") == "agency":
            drawn.setdefault(texts["name"], set()).add(texts["value"])
            said = text_of(group.find(f"{SVG}title"))
            value, low, high = table[texts["name"]]
            assert said.startswith(f"{texts['name']}: {value}")
            assert (f"({low} – {high})" in said) is (low[0] != "[")

    assert set(workbook) == {"seats", "polite", "result"}
    for item, figures in workbook.items():
        assert table[labels[item]] == figures
        assert drawn[labels[item]] == {figures[0]}


@pytest.mark.parametrize(("value", "text"), [(66.665, "66,67"), (0.005, "0,01"), (99.995, "100,00")])
def test_halves_are_rounded_alike_in_all_three(value, text):
    assert show(Figure(value), "percent", "vi") == _shown(value) == text
