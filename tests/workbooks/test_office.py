"""What LibreOffice makes of a workbook: it opens it whole, recalculates nothing away, and clips nothing."""

import random
import re
from html import unescape
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from xlsxwriter import Workbook

from app.figures import show
from app.scorecards import Column, Figure
from app.workbooks.book import write
from tests.workbooks.cards import card, small_card, small_table
from tests.workbooks.office import Office

pytestmark = pytest.mark.office

LONG = (
    "Cán bộ hướng dẫn tận tình, giải thích rõ ràng từng bước và trả kết quả đúng hẹn, không phát sinh phí. "
)


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    return Office(tmp_path_factory.mktemp("office"))


def contents(path):
    """Every cell's value by sheet and address, formulas as their computed values."""
    book = load_workbook(path, data_only=True)
    return {
        (sheet.title, cell.coordinate): cell.value
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


def test_recalculation_changes_no_cell(office, tmp_path):
    cards = {"vi": card("vi", items=39), "en": card("en", items=39), "small": small_card()}
    paths = [write(made, tmp_path / f"{name}.xlsx") for name, made in cards.items()]
    for before, after in zip(paths, office.convert(paths, tmp_path / "after", "xlsx"), strict=True):
        assert contents(after) == contents(before)
        read, kept = load_workbook(before), load_workbook(after)
        assert kept.sheetnames == read.sheetnames
        assert list(kept.defined_names) == list(read.defined_names)
        tables = [[(table.name, table.ref) for table in sheet.tables.values()] for sheet in kept]
        assert tables == [[(table.name, table.ref) for table in sheet.tables.values()] for sheet in read]


def test_a_wrong_computed_value_would_change(office, tmp_path):
    # Without this the test above could pass because nothing was recalculated at all.
    path = tmp_path / "wrong.xlsx"
    with Workbook(path) as book:
        book.add_worksheet("A").write_formula("A1", "=1+1", None, 999)
    (after,) = office.convert([path], tmp_path / "after", "xlsx")
    assert contents(path) == {("A", "A1"): 999}
    assert contents(after) == {("A", "A1"): 2}


def without_heights(path):
    """A copy whose rows have no height, so that the next reader finds the one they need."""
    copy = path.with_name("free.xlsx")
    with ZipFile(path) as source, ZipFile(copy, "w") as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename.startswith("xl/worksheets/sheet"):
                content = re.sub(rb' ht="[0-9.]+" customHeight="1"|<sheetFormatPr[^>]*/>', b"", content)
            target.writestr(entry, content)
    return copy


def test_no_row_is_lower_than_its_text_needs(office, tmp_path):
    texts = (LONG, LONG * 5, LONG * 25, "Tên\nhai dòng", "A" * 300)
    rows = tuple((text, Figure(1.5)) for text in texts)
    long = small_table(code="long", tab="Dài", title=LONG, remarks=(LONG * 3,), rows=rows)
    path = write(card("vi", items=39, tables=(*card("vi", items=39).tables, long)), tmp_path / "a.xlsx")
    # LibreOffice fits rows when it opens its own format, so the copy goes there and back.
    (own,) = office.convert([without_heights(path)], tmp_path / "own", "ods")
    (back,) = office.convert([own], tmp_path / "back", "xlsx")
    needed = {sheet.title: sheet.row_dimensions for sheet in load_workbook(back)}
    compared = 0
    for sheet in load_workbook(path):
        for row in range(1, sheet.max_row + 1):
            given = sheet.row_dimensions[row].height or sheet.sheet_format.defaultRowHeight
            assert given >= needed[sheet.title][row].height, f"{sheet.title}, row {row}"
            compared += needed[sheet.title][row].height > 20
    assert compared >= 30  # rows of more than one line


@pytest.mark.parametrize(("language", "locale"), [("vi", "vi-VN"), ("en", "en-US")])
def test_a_page_and_a_workbook_agree_on_every_digit(language, locale, tmp_path):
    random.seed(20261120)
    halves = [number / 1000 for number in range(5, 2000, 10)]
    values = [*halves, *(random.uniform(0, 100) for _ in range(200)), 2.675, 1.005, 83.935, 99.995, -2.675]
    columns = tuple(Column(kind, f"{kind} (%)", kind) for kind in ("percent", "number", "count"))
    figures = [(Figure(value), Figure(value / 7), Figure(round(value * 1e6))) for value in values]
    path = write(small_card(small_table(columns=columns, rows=tuple(figures))), tmp_path / "a.xlsx")
    (page,) = Office(tmp_path, locale).convert([path], tmp_path / "page", "html:HTML (StarCalc)")
    cells = re.findall(r"<td[^>]* sdval=[^>]*>(.*?)</td>", page.read_text(encoding="utf-8"), re.DOTALL)
    shown = [unescape(re.sub("<[^>]*>", "", cell)) for cell in cells]
    assert shown == [
        show(figure, column.kind, language)
        for row in figures
        for figure, column in zip(row, columns, strict=True)
    ]
