"""A list of agencies taken in: what it changes is told before, and every problem is named by its row."""

from __future__ import annotations

import io
from datetime import date, timedelta

import openpyxl
import pytest
from sqlalchemy import select

from app.extensions import db
from app.models import AuditEntry
from app.queries.agencies import get_agency, get_tree, list_agencies
from app.services import accounts, fieldwork, uploads
from app.services.agencies import AgenciesRefused, ChangeRefused, begin_agency, end_agency, move_agency
from app.services.agencies import changing as service
from app.services.agencies.changing import NotAsSeen
from app.services.agencies.importing import UPLOAD, import_list, preview_list
from app.services.agencies.listing import write_agency_list
from app.services.agencies.rows import AgencyRow
from app.services.spreadsheets import TableRefused
from tests.factories import BEGIN, TREE_DATE, make_agencies, make_collectors, make_open_wave, make_wave

DAY = timedelta(days=1)
LATER = date(2026, 6, 1)

FIRST = (
    "code,kind,parent,valid_from,name_vi,name_en\n"
    "01,province,,2025-07-01,Hà Nội,Hanoi\n"
    "0101,ward,01,2025-07-01,Phường Ba Đình,\n"
    "0102,ward,01,1/8/2025,Phường Ngọc Hà,\n"
)


@pytest.fixture
def context(app):
    with app.app_context():
        yield app


def shape(day):
    return [(one.code, one.kind, one.parent, one.names) for one in get_tree(day).agencies]


def changes(effect):
    return [(one.what, one.agency, one.before, one.after) for one in effect.changes]


def refused(content, on=LATER):
    with pytest.raises(AgenciesRefused) as caught:
        preview_list(content.encode(), on)
    return [str(problem) for problem in caught.value.problems]


def test_a_list_begins_agencies_and_a_preview_stores_nothing(context):
    given, effect = preview_list(FIRST.encode(), LATER)
    assert (len(given.lines), effect.counts()) == (3, {"began": 3})
    assert list_agencies() == []

    import_list(FIRST.encode("utf-8-sig"), LATER)
    assert get_agency("0102").valid_from == date(2025, 8, 1)
    assert get_tree(LATER).branch("01") == ("01", "0101", "0102")


def test_an_excel_list_with_vietnamese_columns_is_the_same_list(context):
    book = openpyxl.Workbook()
    rows = [
        ("Mã", "Loại", "Tên", "Từ ngày"),
        ("01", "province", "Hà Nội", date(2025, 7, 1)),
        (2, "ward", "A", ""),
    ]
    for row in rows:
        book.active.append(row)
    book.save(file := io.BytesIO())

    import_list(file.getvalue(), LATER)
    assert (get_agency("01").valid_from, get_agency("2").valid_from) == (BEGIN, LATER)


def test_a_changed_list_renames_moves_merges_and_ends(data):
    make_agencies()
    changed = (
        "code;parent;name_vi;valid_to;merged_into\n"
        "north;;Thành phố Bắc;;\n"
        "north-1;south;;;\n"
        "north-2;north;;2026-07-01;north-1\n"
        "south-1;south;;2026-08-01;\n"
    )
    _given, effect = preview_list(changed.encode(), LATER)
    assert changes(effect) == [
        ("renamed", "north", "Tỉnh Bắc", "Thành phố Bắc"),
        ("moved", "north-1", "north", "south"),
        ("merged", "north-2", "", "north-1"),
        ("ended", "south-1", "", ""),
    ]

    assert import_list(changed.encode(), LATER) == effect
    before, after = get_tree(LATER - DAY), get_tree(LATER)
    assert (before.label("north", "vi"), after.label("north", "vi")) == ("Tỉnh Bắc", "Thành phố Bắc")
    assert (before.path("north-1"), after.path("north-1")) == (("north", "north-1"), ("south", "north-1"))
    assert get_agency("north-2").merged_into.code == "north-1"
    assert [one[0] for one in shape(date(2026, 8, 1))] == ["north", "north-1", "south"]
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.number.desc())).first()
    assert entry.action == "agencies.imported"
    assert '"moved":1' in entry.facts


def test_what_is_written_for_a_day_changes_nothing_when_it_comes_back(context):
    make_agencies()
    move_agency("north-2", "south", date(2025, 9, 1))
    written = write_agency_list(LATER)

    assert written.startswith("\N{ZERO WIDTH NO-BREAK SPACE}code,kind,parent,parent_from")
    assert preview_list(written.encode(), LATER)[1].changes == ()


def test_what_is_written_makes_the_same_tree_in_an_empty_house(context, monkeypatch):
    make_agencies()
    begin_agency(AgencyRow("young", "province", {"vi": "Tỉnh Mới"}, date(2026, 1, 1)))
    move_agency("north-2", "young", date(2026, 2, 1))
    written, tree = write_agency_list(LATER, bom=False), shape(LATER)
    for table in ("agency_parent", "agency_name", "agency"):
        db.session.execute(db.text(f"DELETE FROM {table}"))
    db.session.commit()

    import_list(written.encode(), LATER)
    assert shape(LATER) == tree
    assert get_tree(date(2026, 1, 15)).path("north-2") == ("north-2",)


def test_every_problem_is_named_by_its_row_and_nothing_is_changed(context):
    make_agencies()
    before = shape(LATER)
    assert refused(
        "code,kind,parent,valid_from,valid_to,merged_into,name_vi\n"
        "north,ward,,,,,\n"
        "\n"
        "north-1,,south-9,,,,\n"
        "south,,south-1,2020-01-01,,,\n"
        "new,ward,nowhere,,,,Mới\n"
        "south-1,,south,32/1/2026,,,\n"
        "north,,,,,,\n"
    ) == [
        "Row 6, agency new: its parent nowhere is neither in the list nor known; add it or correct the code.",
        "Row 7, agency south-1: “32/1/2026” is no day; write it as 2026-03-31.",
        "Row 8, agency north: the code stands twice in the list; remove one of the rows.",
    ]
    assert refused(
        "code,kind,parent,valid_from,merged_into\n"
        "north,ward,,,\n"
        "north-1,,south-9,,\n"
        "south,,south-1,2020-01-01,\n"
        "south-1,,south,,nobody\n"
    ) == [
        "Row 2, agency north: it is a province, and a kind never changes; end it and begin another.",
        "Row 3, agency north-1: its parent south-9 is neither in the list nor known; add it or correct the code.",
        "Row 4, agency south: it began on 2025-07-01, and that never changes; correct the date.",
        "Row 4, agency south: south-1 stands below it on 2026-06-01; name another parent.",
        "Row 5, agency south-1: nobody, in which it went up, is not known; add it or correct the code.",
        "Row 5, agency south-1: it went up in nobody but has no end; write its last day's morrow as `valid_to`.",
    ]
    assert shape(LATER) == before


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "no header"),
        (b"name\nA\n", "no column"),
        (b"code\n", "no rows"),
        (b"code,code\na,b\n", "twice"),
        (b"code,name\n\xff\n", "not UTF-8"),
        (b"PK\x03\x04 rubbish", "no Excel workbook"),
        (b'code\n"a\n', "quotation mark"),
    ],
)
def test_a_file_that_is_no_list_is_refused_in_one_sentence(context, content, sentence):
    with pytest.raises(TableRefused, match=sentence):
        preview_list(content, LATER)


def test_an_agency_with_others_below_cannot_end(context):
    make_agencies()
    with pytest.raises(ChangeRefused, match="2 agencies stand below it, such as north-1"):
        end_agency("north", LATER)

    end_agency("north-1", LATER)
    assert "north-1" not in get_tree(LATER)


def test_a_preview_names_the_waves_and_roles_that_it_concerns(data):
    wave = make_wave(tree_date=LATER + DAY)
    make_collectors(wave, "south", "south-1")
    user = accounts.create_user(
        "mai@office.vn", "Mai", "Một mật khẩu đủ dài", role="evaluator", agency="south"
    )
    effect = service.preview(service.merge("south", "north", LATER))

    assert changes(effect) == [("moved", "south-1", "south", "north"), ("merged", "south", "", "north")]
    (concerned,) = effect.waves
    assert (concerned.survey, concerned.code, concerned.state, concerned.links) == (
        "citizens",
        "2026",
        "planned",
        2,
    )
    assert [(one.email, one.agency, one.effect) for one in effect.grants] == [(user.email, "south", "ends")]
    assert "south" in get_tree(LATER)


def test_the_tree_under_a_wave_that_was_opened_keeps_its_shape(context):
    make_open_wave("south-1")
    with pytest.raises(
        ChangeRefused, match="wave citizens/2026 has begun and reports on the tree of 2026-03-01"
    ):
        service.apply(service.merge("south", "north", TREE_DATE))

    service.apply(service.rename("south-1", {"vi": "Xã Nam"}, TREE_DATE))
    service.apply(service.merge("south", "north", TREE_DATE + DAY))
    assert get_tree(TREE_DATE).path("south-1") == ("south", "south-1")


def test_a_confirmation_of_what_was_not_shown_changes_nothing(context):
    make_agencies()
    step = service.merge("south", "north", LATER)
    seen = service.preview(step).digest()
    begin_agency(AgencyRow("south-2", "ward", {"vi": "Mới"}, BEGIN, parent="south"))

    with pytest.raises(NotAsSeen):
        service.apply(step, seen=seen)
    assert "south" in get_tree(LATER)
    service.apply(step, seen=service.preview(step).digest())
    assert get_tree(LATER).children("north") == ("north-1", "north-2", "south-1", "south-2")


def test_an_upload_is_taken_in_once_by_its_sender_within_a_day(data, monkeypatch):
    mai, tam = (
        accounts.create_user(f"{name}@office.vn", name, "Một mật khẩu đủ dài", role="administrator").id
        for name in ("mai", "tam")
    )
    kept = uploads.keep(mai, UPLOAD, "list.csv", FIRST.encode())
    with pytest.raises(uploads.UploadGone):
        uploads.find(tam, UPLOAD, kept.key)
    import_list(kept.content, LATER, upload=uploads.find(mai, UPLOAD, kept.key))
    with pytest.raises(uploads.UploadGone):
        uploads.find(mai, UPLOAD, kept.key)
    with pytest.raises(uploads.UploadGone):
        import_list(b"code,name\n01,Th\xe1\xbb\xa7 \xc4\x91\xc3\xb4\n", LATER, upload=kept)
    assert get_tree(LATER).label("01", "vi") == "Hà Nội"

    old = uploads.keep(mai, UPLOAD, "old.csv", b"code\n01\n")
    monkeypatch.setattr(uploads, "KEPT_FOR", timedelta(seconds=-1))
    with pytest.raises(uploads.UploadGone):
        uploads.find(mai, UPLOAD, old.key)


def test_a_wave_is_opened_only_on_links_of_its_tree(context):
    wave = make_wave()
    make_collectors(wave, "south-1")
    service.apply(service.merge("south-1", "north-1", TREE_DATE))

    with pytest.raises(fieldwork.NotReady, match="south-1"):
        fieldwork.open_wave(wave)
