"""The linter finds each fault it is there for: right workbooks are spoiled in one place and must be caught."""

import re
from pathlib import Path
from unicodedata import normalize
from zipfile import ZipFile, ZipInfo

import pytest
from openpyxl import load_workbook
from xlsxwriter import Workbook

from app.scorecards import Fact, Figure, Name
from app.workbooks.book import write
from tests.workbooks.cards import small_card, small_table
from tests.workbooks.linter import lint

SHEET = "xl/worksheets/sheet3.xml"  # the only table, A4:B6
COVER = "xl/worksheets/sheet1.xml"
CONTENTS = "xl/worksheets/sheet2.xml"
TABLE = "xl/tables/table1.xml"
TEXTS = "xl/sharedStrings.xml"
STYLES = "xl/styles.xml"
WORKBOOK = "xl/workbook.xml"
CORE = "docProps/core.xml"


@pytest.fixture
def right(tmp_path: Path) -> Path:
    """A small workbook without a fault: two rows, a mark, a note, a name."""
    table = small_table(
        rows=(("Một [ghi chú 1]", Figure(1.5)), ("Hai", Figure(None, "c"))),
        remarks=("Một lời.",),
        names=(Name("score_x", 0, "value", "điểm"),),
    )
    made = small_card(table, notes=("Lời ghi.",), marks=(Fact("[c]", "không công bố"),))
    path = write(made, tmp_path / "right.xlsx")
    assert lint(path) == []
    return path


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A smaller one: the table of two rows and nothing else."""
    path = write(small_card(), tmp_path / "small.xlsx")
    assert lint(path) == []
    return path


def spoiled(path: Path, *edits: tuple[str, str, str]) -> Path:
    """A copy in which the pattern of each edit (part, pattern, replacement) is replaced once."""
    copy = path.with_name("spoiled.xlsx")
    with ZipFile(path) as source, ZipFile(copy, "w") as target:
        for entry in source.infolist():
            text = source.read(entry).decode()
            for part, pattern, replacement in edits:
                if part == entry.filename:
                    text, count = re.subn(pattern, replacement, text, count=1)
                    assert count == 1, f"{part} holds no {pattern}"
            target.writestr(ZipInfo(entry.filename, entry.date_time), text)
    return copy


ONE_FAULT = {
    "merged cells": (
        [(SHEET, "</sheetData>", '</sheetData><mergeCells count="1"><mergeCell ref="A2:B2"/></mergeCells>')],
        "Nhỏ: The cells A2:B2 are merged (rule 11).",
    ),
    "a missing table": (
        [(SHEET, "<tableParts.*</tableParts>", "")],
        "Nhỏ: The sheet has 0 real tables, not one (rule 9).",
    ),
    "frozen panes": (
        [
            (
                SHEET,
                '<sheetView showGridLines="0" workbookViewId="0"/>',
                '<sheetView showGridLines="0" workbookViewId="0"><pane ySplit="4" topLeftCell="A5" '
                'activePane="bottomLeft" state="frozen"/></sheetView>',
            )
        ],
        "Nhỏ: Panes are frozen at A5 (rule 14).",
    ),
    "a hidden row": ([(SHEET, '<row r="5"', '<row r="5" hidden="1"')], "Nhỏ: The row 5 is hidden (rule 14)."),
    "a hidden column": ([(SHEET, '<col min="2"', '<col hidden="1" min="2"')], "Nhỏ: The col 2 is hidden (rule 14)."),
    "a hidden sheet": (
        [(WORKBOOK, 'name="Nhỏ"', 'name="Nhỏ" state="hidden"')],
        "Nhỏ: The sheet is hidden (rule 14).",
    ),
    "a filter": (
        [(SHEET, "</sheetData>", '</sheetData><autoFilter ref="A4:B6"/>')],
        "Nhỏ: A filter is set on A4:B6 (rule 14).",
    ),
    "filter arrows in the table": (
        [(TABLE, "<tableColumns", '<autoFilter ref="A4:B6"/><tableColumns')],
        "Nhỏ: The table tbl_small has filter arrows (rule 12).",
    ),
    "a table style": (
        [(TABLE, "<tableStyleInfo", '<tableStyleInfo name="TableStyleMedium9"')],
        "Nhỏ: The table tbl_small has the style TableStyleMedium9 (rule 12).",
    ),
    "a table's name": (
        [(TABLE, 'name="tbl_small" displayName="tbl_small"', 'name="Table1" displayName="Table1"')],
        "Nhỏ: The table's name Table1 does not begin with tbl_ (rule 12).",
    ),
    "no alternative text": (
        [(TABLE, 'altText="[^"]*" ', "")],
        "xl/tables/table1.xml: the table has no alternative text (rule 13).",
    ),
    "a header unlike its column": (
        [(TABLE, 'name="Tên"', 'name="Ten"')],
        "Nhỏ: The header cells are not the names of the table's columns (rule 11).",
    ),
    "a page header": (
        [(SHEET, "<pageSetup [^>]*>", r"\g<0><headerFooter><oddHeader>&amp;Cx</oddHeader></headerFooter>")],
        "Nhỏ: Pages carry a header or footer (rule 15).",
    ),
    "a low row": (
        [(SHEET, '<row r="4" spans="1:2" ht="[0-9.]+"', '<row r="4" spans="1:2" ht="14.25"')],
        "Nhỏ: B4 is clipped: its row is too low (rule 16).",
    ),
    "a narrow column of numbers": (
        [(SHEET, '<col min="2" max="2" width="10"', '<col min="2" max="2" width="3"')],
        "Nhỏ: B5 shows signs instead of its number (rule 16).",
    ),
    "text that does not wrap": (
        [(STYLES, '(borderId="2"[^>]*><alignment vertical="top") wrapText="1"', r"\1")],
        "Nhỏ: A5 does not wrap its text (rule 16).",
    ),
    "another font": (
        [(STYLES, '<b/><sz val="14"/><color theme="1"/><name val="Arial"/>', '<b/><sz val="14"/><name val="Times"/>')],
        "Nhỏ: A1 is not in upright Arial of 10 to 16 points (rule 17).",
    ),
    "a font of the theme": (
        [(STYLES, '(<b/><sz val="14"/>.*?<family val="2"/>)', r'\1<scheme val="minor"/>')],
        "Nhỏ: A1 is not in upright Arial of 10 to 16 points (rule 17).",
    ),
    "a small font": (
        [(STYLES, '<b/><sz val="11"/>', '<b/><sz val="9"/>')],
        "Nhỏ: A4 is not in upright Arial of 10 to 16 points (rule 17).",
    ),
    "a weak title": (
        [(STYLES, '<b/><sz val="14"/>', '<sz val="14"/>')],
        "Nhỏ: A1 is not a bold title of 12 points or more (rule 17).",
    ),
    "coloured text": (
        [(STYLES, '<b/><sz val="11"/><color theme="1"/>', '<b/><sz val="11"/><color rgb="FFFF0000"/>')],
        "Nhỏ: A4 is coloured (rule 17).",
    ),
    "turned text": (
        [(STYLES, '<alignment wrapText="1"/>', '<alignment textRotation="90" wrapText="1"/>')],
        "Nhỏ: A4 is rotated (rule 17).",
    ),
    "a filled background": (
        [
            (STYLES, '<patternFill patternType="gray125"/>', '<patternFill patternType="solid"/>'),
            (STYLES, '<xf numFmtId="164" fontId="0" fillId="0"', '<xf numFmtId="164" fontId="0" fillId="1"'),
        ],
        "Nhỏ: B5 has a filled background (rule 18).",
    ),
    "a conditional format": (
        [
            (
                SHEET,
                "</sheetData>",
                '</sheetData><conditionalFormatting sqref="B5"><cfRule type="cellIs" priority="1" '
                'operator="lessThan"><formula>1</formula></cfRule></conditionalFormatting>',
            )
        ],
        "Nhỏ: A conditional format is set (rule 38).",
    ),
    "a text among numbers": (
        [(SHEET, '<c r="B6" s="7"><v>2.25</v></c>', '<c r="B6" s="7" t="inlineStr"><is><t>hai</t></is></c>')],
        "Nhỏ: B6 is a text in the column of numbers 'Giá trị (%)' (rule 19).",
    ),
    "a number stored as text": (
        [(TEXTS, "<t>Hai</t>", "<t>12,5</t>")],
        "Nhỏ: A6 is a number stored as text (rule 19).",
    ),
    "a dash for a missing figure": (
        [(TEXTS, "<t>Hai</t>", "<t>-</t>")],
        "Nhỏ: A6 holds '-' instead of a mark in brackets (rule 20).",
    ),
    "an empty cell": (
        [(SHEET, '<c r="B6" s="7"><v>2.25</v></c>', '<c r="B6" s="7"/>')],
        "Nhỏ: B6 is empty without a stated reason (rule 22).",
    ),
    "no thousands": (
        [(STYLES, 'formatCode="#,##0.00"', 'formatCode="0.00"')],
        "Nhỏ: The numbers of column 'Giá trị (%)' have no common format with thousands (rule 23).",
    ),
    "numbers at the left": (
        [(STYLES, '<alignment horizontal="right" vertical="top"/>', '<alignment horizontal="left"/>')],
        "Nhỏ: The numbers of column 'Giá trị (%)' are not at the right (rule 23).",
    ),
    "texts in the middle": (
        [(STYLES, '(borderId="2"[^>]*><alignment) vertical="top"', r'\1 horizontal="center"')],
        "Nhỏ: The texts of column 'Tên' are not at the left (rule 23).",
    ),
    "no unit": (
        [(TEXTS, r"<t>Giá trị \(%\)</t>", "<t>Giá trị</t>"), (TABLE, r"Giá trị \(%\)", "Giá trị")],
        "Nhỏ: The header 'Giá trị' names no unit (rule 23).",
    ),
    "no title": ([(SHEET, '<c r="A2".*?</c>', "")], "Nhỏ: A1 or A2 holds no title and subtitle (rule 8)."),
    "another third line": (
        [(TEXTS, "<t>Trang tính này có một bảng.</t>", "<t>Một bảng.</t>")],
        "Nhỏ: A3 does not say that the worksheet contains one table (rule 8).",
    ),
    "something beside the title": (
        [(SHEET, '(<c r="A1".*?</c>)', r'\1<c r="B1" s="1" t="s"><v>18</v></c>')],
        "Nhỏ: B1 stands beside the lines above the table (rule 10).",
    ),
    "something below the table": (
        [(SHEET, "</sheetData>", '<row r="7"><c r="A7" s="6" t="s"><v>18</v></c></row></sheetData>')],
        "Nhỏ: Something stands right of the table or below it (rule 10).",
    ),
    "a table that is not in column A": (
        [(TABLE, 'ref="A4:B6"', 'ref="B4:B6"')],
        "Nhỏ: The table does not begin in column A (rule 10).",
    ),
    "portrait": ([(SHEET, 'orientation="landscape"', "")], "Nhỏ: Pages are not A4 landscape (rule 39)."),
    "letter paper": ([(SHEET, 'paperSize="9"', 'paperSize="1"')], "Nhỏ: Pages are not A4 landscape (rule 39)."),
    "more than one page wide": (
        [(SHEET, 'fitToPage="1"', 'fitToPage="0"')],
        "Nhỏ: The sheet is not fitted to the width of one page (rule 39).",
    ),
    "gridlines": ([(SHEET, 'showGridLines="0"', "")], "Nhỏ: Gridlines are on (rule 39)."),
    "no print area": (
        [(WORKBOOK, '<definedName name="_xlnm.Print_Area" localSheetId="2">.*?</definedName>', "")],
        "Nhỏ: The print area does not cover the sheet (rule 39).",
    ),
    "a print area that is too small": (
        [(WORKBOOK, r"Nhỏ!\$A\$1:\$C\$6", "Nhỏ!$A$1:$C$5")],
        "Nhỏ: The print area does not cover the sheet (rule 39).",
    ),
    "no repeated header": (
        [(WORKBOOK, r"Nhỏ!\$4:\$4", "Nhỏ!$3:$3")],
        "Nhỏ: Pages do not repeat the header row (rule 39).",
    ),
    "decomposed letters": (
        [(TEXTS, "<t>Tên</t>", f"<t>{normalize('NFD', 'Tên')}</t>"), (TABLE, "Tên", normalize("NFD", "Tên"))],
        "Nhỏ: A4 is not in composed Unicode (rule 42).",
    ),
    "a control character": (
        [(TEXTS, "<t>Hai</t>", "<t>H\x85ai</t>")],
        "Nhỏ: A6 holds a control character (rule 42).",
    ),
    "a formula without its value": (
        [(SHEET, '<c r="B6" s="7"><v>2.25</v></c>', '<c r="B6" s="7"><f>B5</f><v></v></c>')],
        "Nhỏ: the formula in B6 has no computed value (rule 33).",
    ),
    "no recalculation on load": (
        [(WORKBOOK, ' fullCalcOnLoad="1"', "")],
        "The file does not ask for a full recalculation on load (rule 33).",
    ),
    "a long name of a sheet": (
        [
            (WORKBOOK, 'name="Nhỏ"', f'name="{"n" * 31}"'),
            (WORKBOOK, r">Nhỏ!\$A", f">{'n' * 31}!$A"),
            (WORKBOOK, r">Nhỏ!\$4", f">{'n' * 31}!$4"),
            (CONTENTS, 'location="Nhỏ', f'location="{"n" * 31}'),
        ],
        f"Sheet '{'n' * 31}': a name has 1 to 30 characters and no space at its ends (rule 1).",
    ),
    "another cover": (
        [(WORKBOOK, 'name="Bìa"', 'name="Trang 1"'), (WORKBOOK, r">Bìa!", ">'Trang 1'!")],
        "Sheet 'Trang 1' stands where Cover is expected (rule 1).",
    ),
    "something beside the cover": (
        [(COVER, '(<c r="A2".*?</c>)', r'\1<c r="B2" s="2" t="s"><v>18</v></c>')],
        "Bìa: B2 lies outside column A (rule 2).",
    ),
    "no link to the contents": (
        [(COVER, "<hyperlinks>.*</hyperlinks>", "")],
        "Bìa: no link leads to sheet 'Mục lục' (rule 2).",
    ),
    "no link to a table": (
        [(CONTENTS, "<hyperlinks>.*</hyperlinks>", "")],
        "Mục lục: no link leads to sheet 'Nhỏ' (rule 2).",
    ),
    "no author": ([(CORE, "<dc:creator>.*</dc:creator>", "")], "The document property creator is empty (rule 3)."),
    "the time of writing": (
        [(CORE, "T00:00:00Z</dcterms:created>", "T08:15:00Z</dcterms:created>")],
        "The creation date is not a fixed day (rule 3).",
    ),
    "another first sheet": (
        [(WORKBOOK, "<workbookView ", '<workbookView activeTab="2" ')],
        "The file does not open on its first sheet (rule 5).",
    ),
    "a cursor elsewhere": (
        [
            (
                SHEET,
                '<sheetView showGridLines="0" workbookViewId="0"/>',
                '<sheetView showGridLines="0" workbookViewId="0"><selection activeCell="B5" sqref="B5"/></sheetView>',
            )
        ],
        "Nhỏ: the cursor does not stand in A1 (rule 5).",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", ONE_FAULT)
def test_the_linter_finds(small, fault):
    edits, sentence = ONE_FAULT[fault]
    found = lint(spoiled(small, *edits))
    assert sentence in found
    # A fault of a format or of a name shows on every sheet that uses it, but under one rule.
    assert {re.search(r"\(rule \d+\)", other)[0] for other in found} <= RULES_BESIDE.get(fault, set()) | {
        re.search(r"\(rule \d+\)", sentence)[0]
    }


# A few faults cannot be made alone.
RULES_BESIDE = {
    "a missing table": {"(rule 10)", "(rule 16)", "(rule 39)"},
    "a conditional format": {"(rule 18)"},
    "a small font": set(),
    "no title": {"(rule 10)"},
    "no print area": {"(rule 16)"},
    "something beside the cover": {"(rule 39)"},
    "no link to the contents": {"(rule 17)"},
    "no link to a table": {"(rule 17)"},
    "a formula without its value": {"(rule 22)", "(rule 32)", "(rule 34)"},
    "something below the table": {"(rule 39)"},
    "a table that is not in column A": {"(rule 11)"},
    "a text among numbers": {"(rule 16)", "(rule 23)"},
    "texts in the middle": set(),
}


def test_the_linter_finds_a_mark_without_an_explanation_on_its_sheet(right):
    found = lint(spoiled(right, (TEXTS, r"<t>\[c\]: không công bố</t>", "<t>không công bố</t>")))
    assert found == ["Nhỏ: [c] is not explained above the table (rule 21)."]


def test_the_linter_finds_a_mark_that_is_not_on_the_notes(right):
    # The text is shared: as [x] it still stands on the notes, so the cell of the notes is pointed elsewhere.
    found = lint(spoiled(right, (SHEET, '(<c r="A6" s="7" t="s"><v>)[0-9]+', r"\g<1>0")))
    assert "Nhỏ: [c] is not explained on the notes (rule 21)." in found


def test_the_linter_finds_a_note_that_is_not_there(right):
    found = lint(spoiled(right, (TEXTS, r"<t>Một \[ghi chú 1\]</t>", "<t>Một [ghi chú 7]</t>")))
    assert found == ["Nhỏ: [ghi chú 7] refers to no note (rule 21)."]


def test_the_linter_finds_a_mark_of_our_own_making(right):
    found = lint(spoiled(right, (TEXTS, r"<t>\[c\]</t>", "<t>[qq]</t>")))
    assert "Nhỏ: B9 holds [qq], which is not on the list of marks (rule 20)." in found


def test_the_linter_finds_a_name_that_is_not_listed(right):
    found = lint(spoiled(right, (TEXTS, "<t>score_x: điểm</t>", "<t>điểm</t>")))
    assert found == ["The name score_x is not listed on the contents (rule 35)."]


def test_the_linter_finds_a_name_without_a_cell(right):
    found = lint(spoiled(right, (WORKBOOK, r"(>Nhỏ!\$B\$)[0-9]+<", r"\g<1>99<")))
    assert found == ["The name score_x points at no filled cell (rule 35)."]


def test_the_linter_finds_a_link_out_of_the_file(small):
    relations = "xl/worksheets/_rels/sheet3.xml.rels"
    link = (
        '<Relationship Id="rId9" Type="http://x/hyperlink" Target="https://x.example" TargetMode="External"/>'
    )
    found = lint(spoiled(small, (relations, "</Relationships>", link + "</Relationships>")))
    assert found == [f"{relations}: a link leads out of the file (rule 6)."]


def test_the_linter_finds_a_file_name_in_another_style(small):
    path = small.rename(small.with_name("Bao cao.xlsx"))
    assert lint(path) == ["The file name 'Bao cao.xlsx' is not lower case with dashes (rule 4)."]


def test_the_linter_finds_a_macro(small):
    with ZipFile(small, "a") as archive:
        archive.writestr(ZipInfo("xl/vbaProject.bin"), b"x")
    assert lint(small) == ["The file holds xl/vbaProject.bin: no macros, pictures or outside links (rule 6)."]


def test_the_linter_finds_a_file_that_is_no_workbook(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"PK")
    assert len(lint(path)) == 1
    assert lint(path)[0].startswith("The file cannot be read")


def test_the_linter_finds_faults_made_with_another_library(small):
    book = load_workbook(small)
    sheet = book["Nhỏ"]
    sheet["A4"] = sheet["B4"].value
    sheet.insert_rows(3)
    book.save(small)
    found = lint(small)
    assert "Nhỏ: Row 3 is blank (rule 10)." in found
    assert "Nhỏ: Two columns have the same header (rule 11)." in found or any("rule 11" in s for s in found)
    assert "A part of the file bears the time of writing (rule 43)." in found


def test_the_linter_finds_everything_wrong_with_a_naive_export(tmp_path):
    path = tmp_path / "export.xlsx"
    with Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.merge_range("A1:C1", "Results")
        sheet.write_row("A3", ["agency", "score", "Score"])
        sheet.write_row("A4", ["Huế", "83,9", "NA"])
        sheet.write_row("A6", ["Lào Cai", 80.1, 79])
        book.add_worksheet("Empty")
    rules = {re.search(r"\(rule (\d+)\)", sentence)[1] for sentence in lint(path)}
    assert {"1", "2", "3", "6", "10", "11", "17", "39"} <= rules
