"""A list of staff: every fault has its row, a note says what the office should know, and nothing is stored."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest
from sqlalchemy import func, select

from app.extensions import db
from app.models import Collector, HeadCount, Invitation
from app.services import agencies, fieldwork
from app.services.agencies import AgencyRow
from app.services.staff.lists import LARGEST_FILE, ListRefused, read_staff_list
from tests import factories
from tests.services.staff.conftest import UNITS, culture


@pytest.fixture
def wave(data):
    """A planned staff wave, without invitations."""
    agencies.import_agencies(
        [
            AgencyRow(
                code=code, kind=kind, names={"vi": f"Vụ {code}"}, valid_from=factories.BEGIN, parent=parent
            )
            for code, kind, parent in UNITS
        ]
    )
    survey = fieldwork.create_survey("culture", {"vi": "Văn hóa"})
    yield fieldwork.create_wave(
        survey,
        "2026",
        fieldwork.register_instrument(culture()),
        title={"vi": "Đợt 2026"},
        tree_date=factories.TREE_DATE,
        wave_kind="census",
        anonymous=True,
        crossed=["rank"],
    )
    db.session.remove()


def read(wave, text):
    return read_staff_list(wave, text.encode())


def said(remarks):
    return [str(one) for one in remarks]


def test_head_counts_are_read_whatever_the_order_and_language_of_the_columns(wave):
    found = read(wave, "\ufeffSố người;Mã đơn vị\n12;law\n20;trade-world\n\n;\n")
    assert (found.kind, found.heads, found.faults) == ("heads", {"law": 12, "trade-world": 20}, ())
    assert found.total == 32


def test_one_line_per_person_is_counted_by_unit(wave):
    rows = "".join(f"law,a{k}@moit.gov.vn,{'en' if k else ''}\n" for k in range(11))
    found = read(wave, f"unit,email,language\n{rows}")
    assert (found.kind, found.heads, found.faults) == ("people", {"law": 11}, ())
    assert {one.language for one in found.people} == {"vi", "en"}


def test_a_unit_may_be_called_by_its_name(wave):
    assert read(wave, "unit,heads\nvụ law,12\n").heads == {"law": 12}


def test_every_fault_is_said_with_its_row(wave):
    found = read(wave, "unit,heads\nlaw,12\nlaw,3\nnowhere,5\ntrade,many\n,7\ntrade-home,-1\n")
    assert said(found.faults) == [
        "Row 3: Unit law stands in row 2 already; write its people in one row.",
        "Row 4: No unit nowhere exists on 2026-03-01; correct the code or import the agencies.",
        "Row 5: The number of people is “many”; write a whole number from 0 on.",
        "Row 6: The unit is missing; write its code.",
        "Row 7: The number of people is “-1”; write a whole number from 0 on.",
    ]


def test_faults_of_addresses_and_languages_are_said_with_their_rows(wave):
    people = "".join(f"law,p{k}@a.vn,\n" for k in range(10))
    found = read(
        wave, f"unit,email,language\n{people}law,P3@a.vn,\nlaw,=cmd@a.vn,\nlaw,x@y,\nlaw,,\nlaw,q@a.vn,de\n"
    )
    assert said(found.faults) == [
        "Row 12: The address P3@a.vn stands in row 5 already; each person has one line.",
        "Row 13: “=cmd@a.vn” is no e-mail address; correct it or leave it empty.",
        "Row 14: “x@y” is no e-mail address; correct it or leave it empty.",
        "Row 16: The wave does not speak “de”; write one of vi, en, or nothing.",
    ]
    assert "Row 15: There is no e-mail address; this person gets a printed slip." in said(found.notes)


def test_a_unit_of_one_is_said_plainly(wave):
    found = read(wave, "unit,heads\nlaw,12\nministry,15\ntrade-home,1\n")
    assert found.faults == ()
    assert said(found.notes) == [
        "Row 4: Unit trade-home is one person: the answer is counted together with others, under ministry, and "
        "nothing is ever shown of trade-home by itself."
    ]
    assert found.groups["trade-home"] == "ministry"


def test_too_few_in_all_are_refused_as_a_whole(wave):
    found = read(wave, "unit,heads\nlaw,4\n")
    assert "Under ministry there are 4 people together" in str(found.faults[0])


def test_a_unit_that_was_merged_or_renamed_before_the_tree_date_is_named(wave):
    agencies.merge_agency("trade-home", "trade-world", date(2026, 1, 1))
    agencies.rename_agency("law", {"vi": "Vụ Pháp chế"}, date(2026, 2, 1))
    found = read(wave, "unit,unit_name,heads\ntrade-home,,5\nVụ law,,12\nlaw,Vụ law,12\nlaw,Vụ Khác,12\n")
    assert said(found.faults) == [
        "Row 2: Unit trade-home went up in trade-world on 2026-01-01, before the wave's tree date 2026-03-01; "
        "write trade-world.",
        "Row 3: Vụ law is not what unit law is called on 2026-03-01, but Vụ Pháp chế; write its code.",
        "Row 5: Unit law is called Vụ Pháp chế, not Vụ Khác; correct the code or the name.",
    ]
    assert said(found.notes) == [
        "Row 4: Unit law is called Vụ law on other days; on 2026-03-01 its name is Vụ Pháp chế."
    ]


def test_a_unit_that_was_merged_or_renamed_since_the_tree_date_is_noted(wave):
    agencies.merge_agency("trade-home", "trade-world", date(2026, 4, 1))
    agencies.rename_agency("law", {"vi": "Vụ Pháp chế"}, date(2026, 5, 1))
    agencies.import_agencies(
        [
            AgencyRow(
                code="new",
                kind="unit",
                names={"vi": "Vụ mới"},
                valid_from=date(2026, 6, 1),
                parent="ministry",
            )
        ]
    )
    found = read(wave, "unit,heads\nlaw,12\ntrade-home,15\n")
    assert found.faults == ()
    assert said(found.notes) == [
        "Row 2: Unit law is called Vụ Pháp chế since 2026-05-01; the wave speaks of it as on its tree date 2026-03-01.",
        "Row 3: Unit trade-home went up in trade-world on 2026-04-01, after the wave's tree date 2026-03-01; its staff "
        "are counted as it stood then.",
    ]
    assert "begins on 2026-06-01" in str(read(wave, "unit,heads\nnew,12\n").faults[0])


def test_a_name_of_two_units_is_not_guessed(wave):
    agencies.rename_agency("law", {"vi": "Văn phòng"}, date(2026, 1, 1))
    agencies.rename_agency("trade", {"vi": "Văn phòng"}, date(2026, 1, 1))
    assert "write the code of one: law, trade." in str(read(wave, "unit,heads\nVăn phòng,12\n").faults[0])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "no header"),
        (b"unit,heads\n", "no rows"),
        (b"PK\x03\x04rest", "Excel workbook"),
        (b"unit,heads\nlaw,\xff\n", "Line 2 is not UTF-8"),
        (b"heads\n3\n", "no column “unit”"),
        (b"unit,heads,email\nlaw,3,\n", "both “heads” and “email”"),
        (b"unit,heads,heads\nlaw,3,\n", "“heads” twice"),
        (b'unit,heads\n"law,3\n', "quotation mark"),
        (b"unit\0,heads\n", "no header"),
        (b"x" * (LARGEST_FILE + 1), "larger than 8 MB"),
    ],
)
def test_what_is_no_list_is_refused_in_one_sentence(wave, content, sentence):
    with pytest.raises(ListRefused, match=sentence) as refused:
        read_staff_list(wave, content)
    assert "\n" not in str(refused.value)


def test_a_workbook_is_read_like_the_same_csv(wave):
    rows = [("unit", "heads"), ("law", 12), (None, None), ("trade", 6.0)]
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    found = read_staff_list(wave, file.getvalue())
    assert found == read(wave, "unit,heads\nlaw,12\n\ntrade,6\n")
    assert found.heads == {"law": 12, "trade": 6}


def test_columns_of_names_are_not_read(wave):
    found = read(wave, "Họ tên,unit,heads\nLan,law,12\n")
    assert said(found.notes) == ["Row 1: These columns are neither read nor kept: Họ tên."]


def test_more_people_than_a_wave_takes_are_refused(wave):
    assert "at most 100000" in str(read(wave, "unit,heads\nlaw,100001\n").faults[0])


def test_reading_stores_nothing(wave):
    read(wave, "unit,heads\nlaw,12\n")
    for table in (HeadCount, Collector, Invitation):
        assert db.session.scalar(select(func.count()).select_from(table)) == 0
