"""What a workbook refuses, each with its own error and one sentence that says where and what to do."""

import ast
import inspect
from dataclasses import replace
from itertools import pairwise
from textwrap import dedent

import pytest
from xlsxwriter import Workbook
from xlsxwriter.exceptions import XlsxWriterException
from xlsxwriter.worksheet import Worksheet

from app.scorecards import Column, Fact, Figure, Name
from app.workbooks import book, sheet
from app.workbooks.problems import (
    BadCell,
    BadHeader,
    BadName,
    BadTabName,
    BadText,
    NotWritten,
    TooLarge,
    Unexplained,
)
from tests.workbooks.cards import card, small_card, small_table

NAME = Name("score_x", 0, "value", "điểm")


def columns(*headers):
    return tuple(Column(f"c{number}", header, "text") for number, header in enumerate(headers))


def named(*names):
    return small_table(names=names)


TABLES = {
    "a control character in a cell": (
        small_table(rows=(("a\x07b", Figure(1.5)),)),
        BadText,
        r"Table small, row 1, column 'Tên': the text holds the control character U\+0007 at position 2; remove it.",
    ),
    "a lone half of a character": (
        small_table(rows=(("a\ud800", Figure(1.5)),)),
        BadText,
        r"the control character U\+D800 at position 2",
    ),
    "a line feed in a title": (small_table(title="a\nb"), BadText, r"title: .* U\+000A"),
    "an empty subtitle": (small_table(subtitle=" "), BadText, "Sheet 'Nhỏ', cell A2: the text is empty"),
    "an empty remark": (small_table(remarks=("",)), BadText, "cell A4: the text is empty; give one or leave it out"),
    "a text longer than a cell": (
        small_table(rows=(("a" * 32_768, Figure(1.5)),)),
        BadText,
        "the text has 32,768 characters and a cell holds 32,767; shorten it",
    ),
    "characters that count twice": (
        small_table(rows=(("😀" * 16_384, Figure(1.5)),)),
        BadText,
        "the text has 32,768 characters",
    ),
    "a text that no row can show": (
        small_table(rows=(("chữ " * 4_000, Figure(1.5)),)),
        BadText,
        "column 'Tên': a text of 16,000 characters cannot be shown whole",
    ),
    "a remark that no row can show": (
        small_table(remarks=("chữ " * 1_000,)),
        BadText,
        "cell A4: 4,000 characters cannot be shown whole in one cell; split the text",
    ),
    "two equal headers": (
        small_table(columns=columns("Tên", "TÊN"), rows=(("a", "b"),)),
        BadHeader,
        "Table small, column c1: the header 'TÊN' is already that of column c0",
    ),
    "an empty header": (small_table(columns=columns("Tên", " "), rows=()), None, ""),
    "an empty header of a table with rows": (
        small_table(columns=columns("Tên", " "), rows=(("a", "b"),)),
        BadHeader,
        "column c1: the header is empty",
    ),
    "a header longer than a table's name of a column": (
        small_table(columns=columns("a" * 256), rows=(("a",),)),
        BadHeader,
        "a header has at most 255 characters",
    ),
    "no columns": (small_table(columns=(), rows=((),)), BadHeader, "Table small has no columns"),
    "a text among numbers": (
        small_table(rows=(("Một", "1,5"),)),
        BadCell,
        r"row 1, column 'Giá trị \(%\)': the text '1,5' stands among numbers",
    ),
    "a number among texts": (
        small_table(rows=((Figure(1), Figure(1.5)),)),
        BadCell,
        "a figure stands in a column of texts",
    ),
    "no number": (small_table(rows=(("Một", Figure(float("nan"))),)), BadCell, "nan is not a number"),
    "more digits than a cell keeps": (small_table(rows=(("Một", Figure(10**15)),)), BadCell, "is not a number"),
    "a mark that its row does not carry": (
        small_table(rows=(("Một", Figure(1.5, "u")),)),
        BadCell,
        r"row 1: the mark \[u\] qualifies a number; write it in a text column",
    ),
    "a mark that nothing explains": (
        small_table(rows=(("Một", Figure(None, "c")),)),
        Unexplained,
        r"Table small: the mark \[c\] is used but not explained",
    ),
    "a note that is not there": (
        small_table(remarks=("Xem [note 1].",)),
        Unexplained,
        r"Table small: \[ghi chú 1\] refers to no note; the card has 0. Add the note",
    ),
    "a long name of a sheet": (small_table(tab="a" * 31), BadTabName, "has 1 to 30 characters"),
    "a space at the end of a sheet's name": (small_table(tab="Nhỏ "), BadTabName, "no space at either end"),
    "a sign that a sheet's name cannot hold": (small_table(tab="Quý 1/2026"), BadTabName, "cannot hold '/'"),
    "an apostrophe at the end": (small_table(tab="Nhỏ'"), BadTabName, "choose another"),
    "the name of the cover": (small_table(tab="BÌA"), BadTabName, "another sheet has this name"),
    "a name that is a cell": (named(replace(NAME, name="ab1")), BadName, "is no cell"),
    "a name in R1C1": (named(replace(NAME, name="r1c1")), BadName, "is no cell"),
    "a name of a table": (named(replace(NAME, name="tbl_x")), BadName, "a name begins with a letter"),
    "a name with a space": (named(replace(NAME, name="score x")), BadName, "goes on with a-z, 0-9"),
    "a name given twice": (
        named(replace(NAME, name="n_a-b"), replace(NAME, name="n_a_b")),
        BadName,
        "the name n_a_b is given to two cells",
    ),
    "a name outside the rows": (named(replace(NAME, row=2)), BadName, "no row 2 with a column 'value'"),
    "a name outside the columns": (named(replace(NAME, column="x")), BadName, "no row 0 with a column 'x'"),
}  # fmt: skip


@pytest.mark.parametrize("case", [name for name, (_, error, _) in TABLES.items() if error])
def test_a_table_is_refused_for(case, written):
    table, error, sentence = TABLES[case]
    with pytest.raises(error, match=sentence):
        written(small_card(table))


def test_a_table_without_rows_is_not_looked_at(written):
    assert written(small_card(small_table(), replace(TABLES["an empty header"][0], code="b"))).exists()


def test_a_card_is_refused_for_a_control_character_on_its_cover(written):
    with pytest.raises(BadText, match=r"Cover, 'Liên hệ': .* U\+0000"):
        written(small_card(cover=(Fact("Liên hệ", "a\x00"),)))


def test_a_card_is_refused_for_an_empty_fact(written):
    with pytest.raises(BadText, match="Sheet 'Bìa', cell A4: the text is empty"):
        written(small_card(cover=(Fact("Liên hệ", ""),)))


def test_a_table_with_more_rows_than_a_sheet_is_refused(written, monkeypatch):
    monkeypatch.setattr("app.workbooks.tables.MAX_ROWS", 100)
    with pytest.raises(TooLarge, match="Table items has 200 rows and 13 columns; a worksheet holds 100"):
        written(card(items=200))


def test_more_links_than_a_sheet_holds_are_refused(written, monkeypatch):
    monkeypatch.setattr("app.workbooks.sheet.MAX_LINKS", 3)
    with pytest.raises(TooLarge, match="'Mục lục': a worksheet holds at most 3 links"):
        written(card())


def test_a_refusal_of_the_library_is_an_error(written, monkeypatch):
    monkeypatch.setattr(Worksheet, "add_table", lambda *_: -2)
    with pytest.raises(NotWritten, match=r"Sheet 'Nhỏ', table tbl_small: .* refused it \(code -2\)"):
        written(small_card())


def test_an_exception_of_the_library_is_a_sentence(written, monkeypatch):
    def refuse(*_):
        raise XlsxWriterException("no room")

    monkeypatch.setattr(Workbook, "close", refuse)
    with pytest.raises(NotWritten, match="of Hải Phòng was refused by the spreadsheet library: no room"):
        written(small_card())


def called_methods(*modules):
    """The library's methods that these modules call, and the private twins that do their work."""
    calls = [
        node.func
        for module in modules
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]
    names = {call.attr for call in calls if ast.unparse(call.value) in ("self._worksheet", "workbook")}
    for owner in (Worksheet, Workbook):
        for name in sorted(names | {f"_{name}" for name in names}):
            # Closing answers with exceptions, which `write_to` turns into a sentence.
            if hasattr(owner, name) and name != "close":
                yield name, ast.parse(dedent(inspect.getsource(inspect.unwrap(getattr(owner, name)))))


def test_every_warning_of_the_library_comes_with_a_code():
    # The code is what `checked` looks at; a method that only warned would fail in silence.
    warned = set()
    for name, source in called_methods(sheet, book):
        for block in ast.walk(source):
            body = getattr(block, "body", None)
            for statement, following in pairwise([*body, None] if isinstance(body, list) else []):
                if isinstance(statement, ast.Expr) and ast.unparse(statement).startswith("warn("):
                    warned.add(name)
                    assert isinstance(following, ast.Return), f"{name} warns and goes on"
                    assert ast.literal_eval(following.value) < 0, f"{name} warns and answers with success"
    assert {"add_table", "_write_url", "_write_rich_string", "define_name", "ignore_errors"} <= warned
