"""The office's tree of agencies: a branch is opened, a change is looked at first, a list is taken in once."""

from __future__ import annotations

import io
from datetime import date

import pytest

from app.queries.agencies import get_agency, get_tree
from app.services import accounts
from app.services.agencies import AgencyRow, import_agencies, merge_agency, move_agency, rename_agency
from tests.auth.person import PASSWORD, Person, token
from tests.factories import make_agencies, make_collectors, make_wave

LATER = date(2026, 6, 1)
TREE = "/office/agencies/"


@pytest.fixture
def country(app):
    with app.app_context():
        make_agencies()


def press(person, path, **fields):
    """Fill the last form of a page and send it with what it carries."""
    answer = person.get(path) if isinstance(path, str) else path
    return person.post(path, {"csrf_token": token(answer.page), **fields})


def confirm(person, path, shown):
    """Press the button under a preview."""
    form = next(one for one in shown.page.all(".//form") if one.find("input[@name='seen']") is not None)
    return person.post(path, {one.get("name"): one.get("value", "") for one in form.iter("input")})


def test_only_opened_branches_are_shown_and_a_search_ignores_marks(office, country):
    page = office.get(f"{TREE}?lang=en&on=2026-01-01").page
    assert "5 agencies on 1 January 2026" in page.text
    assert "North Province" in page.text
    assert "South One" not in page.text
    assert "South One" in office.get(f"{TREE}?open=south").page.text
    found = office.get(f"{TREE}?q=BAC mot").page
    assert "Found: 1 of 5" in found.text
    assert "North Province" in found.text, "it says where the agency stands"
    assert "2025-02-30 is no day" not in found.text
    assert "“2025-02-30” is no day" in office.get(f"{TREE}?on=2025-02-30").page.text
    assert "There is no agency on this day" in office.get(f"{TREE}?on=1999-01-01").page.text
    assert office.get(f"{TREE}?page=2").status == 404


def test_many_agencies_are_shown_in_pages_of_open_branches(app, office):
    rows = [AgencyRow(f"p{p:02}", "province", {"vi": f"Tỉnh {p}"}, date(2025, 7, 1)) for p in range(10)]
    rows += [
        AgencyRow(f"c{c:04}", "commune", {"vi": f"Xã {c}"}, date(2025, 7, 1), parent=f"p{c % 10:02}")
        for c in range(400)
    ]
    with app.app_context():
        import_agencies(rows)
    page = office.get(f"{TREE}?lang=en&open=p07").page
    assert len(page.of_class("in-0")) == 10
    assert len(page.of_class("in-1")) == 40
    found = office.get(f"{TREE}?q=xã&page=2").page
    assert len(found.of_class("in-0")) == 200
    assert "Page 2 of 2" in found.text


def test_an_agency_shows_its_history(app, office, country):
    with app.app_context():
        rename_agency("north", {"vi": "Thành phố Bắc"}, LATER)
        move_agency("north-2", "south", LATER)
        merge_agency("north-1", "south-1", LATER)
        make_collectors(make_wave(), "south-1")
    north = office.get(f"{TREE}at/north/?lang=en").page.text
    assert "Tỉnh Bắc" in north
    assert "Thành phố Bắc" in north
    gone = office.get(f"{TREE}at/north-1/").page
    assert "Went up inSouth One south-1" in gone.text
    heir = office.get(f"{TREE}at/south-1/").page.text
    assert "North One north-1, 1 June 2026" in heir
    assert "Wave 2026 (planned): 1 links" in heir
    assert office.get(f"{TREE}at/nowhere/").status == 404
    assert office.get(f"{TREE}at/north/burn").status == 404


def test_a_merger_is_shown_and_then_made(app, office, country):
    path = f"{TREE}at/south/merge"
    office.get(f"{path}?lang=en")
    shown = press(office, path, parent="tỉnh bắc", on="2026-06-01")
    assert shown.status == 200
    assert (
        "South One south-1 stands under another South Province south North Province north 1 June 2026"
        in shown.page.text
    )
    assert "No wave reports on a tree that this changes" in shown.page.text
    with app.app_context():
        assert get_agency("south").valid_to is None

    made = confirm(office, path, shown)
    assert (made.status, made.location) == (303, f"{TREE}at/south/")
    with app.app_context():
        assert get_tree(LATER).path("south-1") == ("north", "south-1")


def test_what_a_form_says_wrong_is_said_beside_it_and_kept(office, country):
    path = f"{TREE}at/north/merge"
    office.get(f"{path}?lang=en")
    wrong = press(office, path, parent="Nowhere", on="2026-06-01")
    assert wrong.status == 422
    assert "No agency of that day has this code or name: Nowhere" in wrong.page.text
    assert wrong.page.value("parent") == "Nowhere"
    assert "Write the day" in press(office, path, parent="south", on="soon").page.text
    assert "stands below it" in press(office, path, parent="north-1", on="2026-06-01").page.text
    taken = press(office, f"{TREE}new", code="north", kind="ward", name_vi="Mới", valid_from="2026-06-01")
    assert taken.status == 422
    assert "a code is never reused" in taken.page.text


def test_a_new_agency_a_new_name_a_move_and_an_end(app, office, country):
    def made(path, **fields):
        return confirm(office, path, press(office, path, **fields)).status

    assert (
        made(
            f"{TREE}new", code="south-2", kind="ward", name_vi="Mới", parent="south", valid_from="2026-05-01"
        )
        == 303
    )
    assert made(f"{TREE}at/south-2/rename", name_vi="Mới Hơn", on="2026-06-01") == 303
    assert made(f"{TREE}at/south-2/move", parent="north", on="2026-06-02") == 303
    assert made(f"{TREE}at/south-2/end", on="2026-07-01") == 303
    with app.app_context():
        tree = get_tree(date(2026, 6, 2))
        assert (tree.label("south-2", "vi"), tree.path("south-2")) == ("Mới Hơn", ("north", "south-2"))
        assert "south-2" not in get_tree(date(2026, 7, 1))


def test_a_list_is_looked_at_taken_in_once_and_written_again(app, office, country, stranger):
    path = f"{TREE}list"
    office.get(f"{path}?lang=en")
    content = "code,name_vi\nnorth,Thành phố Bắc\n".encode("utf-8-sig")
    sent = press(office, path, on="2026-06-01", file=(io.BytesIO(content), "list.csv"))
    assert sent.status == 303
    look = office.get(sent.location)
    assert "is called otherwise" in look.page.text

    with app.app_context():
        accounts.create_user("tam@office.vn", "Tâm", PASSWORD, role="survey_office")
    stranger.sign_in("tam@office.vn")
    assert stranger.get(sent.location).status == 404, "only the sender may confirm"

    done = confirm(office, sent.location, look)
    assert "The list was taken in. Changes: 1." in done.page.text
    assert confirm(office, sent.location, look).status == 409
    written = office.client.get(f"{TREE}list.csv?on=2026-06-01")
    assert "Thành phố Bắc" in written.get_data(as_text=True)


def test_a_list_with_faults_names_them_by_row(office, country):
    path = f"{TREE}list"
    office.get(f"{path}?lang=en")
    answer = press(office, path, on="2026-06-01", file=(io.BytesIO(b"code,parent\nx,nowhere\n"), "list.csv"))
    assert answer.status == 422
    assert "2xits parent nowhere is neither in the list nor known" in answer.page.text
    assert "Choose a file" in press(office, path, on="2026-06-01").page.text


def test_who_runs_nothing_finds_nothing(app, office, stranger, country):
    with app.app_context():
        accounts.create_user("doc@office.vn", "Độc", PASSWORD, role="survey_office", agency="north")
    reader = Person(app.test_client())
    reader.sign_in("doc@office.vn")
    for path in (TREE, f"{TREE}at/north/", f"{TREE}new", f"{TREE}list", f"{TREE}list.csv"):
        assert reader.get(path).status == 404
