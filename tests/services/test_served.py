"""Transactions served: a file is stored whole or not at all, and every fault is named by its row."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from app.extensions import db
from app.models import Served
from app.services.served import ServedRefused, ServedUnreadable, import_served
from tests.factories import make_agencies

HEAD = "agency,day,transactions,source\n"


@pytest.fixture
def country(data):
    make_agencies()


def kept():
    return [(one.day, one.transactions, one.source) for one in db.session.scalars(select(Served))]


def test_figures_are_stored_and_replaced(country):
    first = import_served((HEAD + "north-1,2026-03-02,40,Sổ một cửa\nnorth-1,2026-03-03,7,Sổ\n").encode())
    again = import_served(("\ufeff" + HEAD + "north-1,2026-03-03,9,Sổ\n").encode())
    assert (first.new, first.replaced, again.new, again.replaced) == (2, 0, 0, 1)
    assert kept() == [(date(2026, 3, 2), 40, "Sổ một cửa"), (date(2026, 3, 3), 9, "Sổ")]


def test_columns_may_stand_in_any_order_between_semicolons(country):
    import_served(b"Day;Source;Agency;Transactions\r\n2026-03-02;book;north-1;40\r\n\r\n")
    assert kept() == [(date(2026, 3, 2), 40, "book")]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("nowhere,2026-03-02,1,book", "No agency has the code nowhere."),
        ("north-1,2/3/2026,1,book", "2/3/2026 is no day"),
        ("north-1,20260302AB,1,book", "20260302AB is no day"),
        ("north-1,2999-01-01,1,book", "has not come yet"),
        ("north-1,2020-01-01,1,book", "did not exist on 2020-01-01"),
        ("north-1,2026-03-02,-1,book", "-1 is no number of transactions"),
        ("north-1,2026-03-02,1.5,book", "1.5 is no number of transactions"),
        ("north-1,2026-03-02,99999999,book", "0 to 10000000"),
        ("north-1,2026-03-02,1,", "source of the figure is missing"),
        ("north-1,2026-03-02,1", "another number of values"),
        ("north-2,2026-03-01,5,book", "stand in row 2 already"),
    ],
)
def test_each_fault_is_named_and_nothing_is_stored(country, row, said):
    with pytest.raises(ServedRefused) as refused:
        import_served((HEAD + "north-2,2026-03-01,5,book\n" + row + "\n").encode())
    (problem,) = refused.value.problems
    assert problem.row == 3
    assert said in str(problem)
    assert kept() == []


def test_every_fault_of_every_row_is_named(country):
    with pytest.raises(ServedRefused) as refused:
        import_served((HEAD + "nowhere,soon,many,\nnorth-1,2026-03-02,1,book\n,,,x\n").encode())
    assert [problem.row for problem in refused.value.problems] == [2, 2, 2, 2, 4, 4, 4]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe", "no CSV in UTF-8"),
        (b"agency\0", "no CSV in UTF-8"),
        (b"", "missing: agency, day, transactions, source"),
        (b"agency,day,count\n", "missing: transactions, source"),
        (HEAD.encode(), "no rows"),
        (b'agency,day,transactions,source\n"' + b"x" * 200_000, "no CSV"),
        (b"x" * (8 * 1024 * 1024 + 1), "larger than 8 MB"),
    ],
)
def test_a_file_that_is_no_such_list_is_refused_in_one_sentence(country, content, said):
    with pytest.raises(ServedUnreadable, match=said):
        import_served(content)
