"""The page of a unit of a staff wave, and its tables as JSON."""

from __future__ import annotations

import pytest

from tests.auth.person import Person
from tests.pages import read_page

UNITS = "/results/culture/2026/units/"


@pytest.fixture(scope="module")
def cookie(staff_office):
    person = Person(staff_office.test_client())
    assert person.sign_in().status == 303
    return person.client.get_cookie("hailong").value


@pytest.fixture
def reader(staff_office, cookie):
    client = staff_office.test_client()
    client.set_cookie("hailong", cookie)
    return client


def page(reader, address):
    got = reader.get(address)
    assert got.status_code == 200, address
    assert got.headers["Cache-Control"] == "no-store"
    return read_page(got.text)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("unit", ["", "ministry/", "law/", "law-1/", "trade/", "rail/"])
def test_every_unit_has_a_page_that_keeps_the_rules(reader, unit, language):
    found = page(reader, f"{UNITS}{unit}?lang={language}")
    assert found.tree.get("lang") == language


def test_a_page_shows_rate_index_shares_and_differences(reader):
    found = page(reader, f"{UNITS}law/?lang=en").text
    for said in (
        "Asked76", "Answered59", "Response rate, %77.63", "Culture index", "Serving the people",
        "Most positive", "Difference from Ministry of Tests", "Difference from Wave 2025", "People Survey",
    ):  # fmt: skip
        assert said in found, said


def test_a_unit_below_the_threshold_says_so_and_shows_no_figure(reader):
    found = page(reader, f"{UNITS}rail/?lang=vi")
    assert "Đơn vị này không có kết quả riêng vì có dưới 10 người trả lời" in found.text
    assert "được tính vào Bộ Thử nghiệm" in found.text
    assert found.all(".//table") == []


def test_a_profile_item_is_chosen_from_those_of_the_release(reader):
    found = page(reader, f"{UNITS}law/?by=age&lang=en")
    assert [one.get("value") for one in found.by_id("by").iter("option") if "selected" in one.attrib] == [
        "age"
    ]


@pytest.mark.parametrize(
    "address",
    ["nowhere/", "law/?by=sex", "law/?by=rules", "rail/?by=rank", "law/table.json?by=sex", "rail/table.json",
     "law/table.json?by=rank%2Cage", "law%23own/table.json"],
)  # fmt: skip
def test_anything_that_is_no_table_of_the_set_is_not_found(reader, address):
    assert reader.get(f"{UNITS}{address}").status_code == 404


def test_the_tables_come_as_json(reader):
    got = reader.get(f"{UNITS}law/table.json?by=rank")
    assert [row["category"] for row in got.json["rows"]] == ["head", "expert", "clerk"]
    assert all(row["n"] is None or row["n"] == 0 or row["n"] >= 10 for row in got.json["rows"])
    assert reader.get(f"{UNITS}*/table.json").json["rows"][0]["n"] == 171


def test_the_page_of_the_wave_leads_to_the_units(reader):
    found = page(reader, "/results/culture/2026/?lang=en")
    assert UNITS in {one.get("href") for one in found.all(".//a")}


def test_the_workbook_of_a_unit_can_be_taken_away(reader):
    found = page(reader, f"{UNITS}law/")
    (link,) = found.of_class("download")
    with reader.get(link.get("href")) as got:
        assert got.status_code == 200


def test_a_stranger_is_led_to_the_sign_in(staff_office):
    client = staff_office.test_client()
    for address in (UNITS, f"{UNITS}law/", f"{UNITS}law/table.json"):
        assert client.get(address).status_code == 302


def test_comments_are_shown_as_text(reader):
    found = page(reader, f"{UNITS}ministry/?lang=en")
    (comments,) = found.of_class("comments")
    assert len(list(comments.iter("li"))) >= 10
