"""The office's page of tablets: make one, read its code once, renew, revoke."""

from __future__ import annotations

import re

import pytest

from app.queries.devices import list_devices
from app.queries.waves import get_wave
from app.services import devices, fieldwork
from tests.auth.person import token
from tests.factories import make_collectors, make_wave

PAGE = "/office/citizens/2026/devices"
GIVEN = {"collector": "1", "name": "Máy 1", "language": "vi", "idle_seconds": "45", "exit_code": "2468"}


@pytest.fixture
def desk(app):
    with app.app_context():
        wave = make_wave()
        make_collectors(wave, "north-1", mode="kiosk")
        make_collectors(wave, "north-1", mode="qr")
        fieldwork.open_wave(wave)


def add(office, **changes):
    fields = GIVEN | changes | {"csrf_token": token(office.get(PAGE).page)}
    return office.post(f"{PAGE}?lang=en", fields)


def kept(app):
    with app.app_context():
        return [(one.id, one.name, one.idle_seconds) for one in list_devices(get_wave("citizens", "2026"))]


def test_the_page_needs_an_account(stranger, desk):
    assert stranger.get(PAGE).status == 302
    assert stranger.post(PAGE, GIVEN).status in (302, 303, 400)


def test_the_wave_leads_to_its_tablets(office, desk):
    assert f'href="{PAGE}"' in office.get("/office/citizens/2026/").html
    assert "Chưa có máy tính bảng nào" in office.get(PAGE).page.text


def test_a_tablet_is_made_and_its_code_shown_once(app, office, desk):
    made = add(office)
    (code,) = made.page.of_class("pairing-code")
    assert made.status == 201
    assert re.fullmatch(r"[2-9A-Z]{4}-[2-9A-Z]{4}", code.text)
    assert "http://localhost/k/" in made.page.text
    assert kept(app) == [(1, "Máy 1", 45)]

    listed = office.get(f"{PAGE}?lang=en")
    assert code.text not in listed.html
    assert "waits for its code until" in listed.page.text
    with app.app_context():
        devices.hear_from(devices.pair(code.text).token, queue_length=3, queue_oldest_at=None)
    listed = office.get(f"{PAGE}?lang=en")
    assert "paired" in listed.page.text
    assert [cell.text.strip() for cell in listed.page.of_class("number") if cell.tag == "td"] == ["3"]


def test_only_links_for_tablets_are_offered(office, desk):
    options = office.get(PAGE).page.all(".//select[@id='collector']/option")
    assert [option.get("value") for option in options] == ["1"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "Write the name that stands on the tablet"),
        ({"idle_seconds": "5"}, "between 15 and 600"),
        ({"idle_seconds": "soon"}, "between 15 and 600"),
        ({"exit_code": "12"}, "4 to 12 digits"),
        ({"language": "xx"}, "does not speak this language"),
        ({"collector": "99"}, "Choose the desk"),
        ({"collector": "2"}, "not for a tablet"),
    ],
)
def test_a_fault_is_said_at_its_field_and_nothing_is_made(app, office, desk, changes, said):
    answer = add(office, **changes)
    (field,) = changes
    assert answer.status == 422
    assert answer.page.title.startswith("Error:")
    assert said in "".join(answer.page.by_id(f"error-{field}").itertext())
    assert answer.page.value("name") == GIVEN["name"] or field == "name"
    assert kept(app) == []


def test_the_staff_code_never_comes_back_in_a_page(office, desk):
    assert "97531" not in add(office, name="", exit_code="97531").html


def test_a_second_press_makes_no_second_tablet(app, office, desk):
    add(office)
    assert add(office).status == 422
    assert len(kept(app)) == 1


def test_a_new_code_and_the_end(app, office, desk):
    add(office)
    sent = {"csrf_token": token(office.get(PAGE).page)}
    renewed = office.post(f"{PAGE}/1/code?lang=en", sent)
    assert renewed.page.of_class("pairing-code")
    revoked = office.post(f"{PAGE}/1/revoke?lang=en", sent)
    assert "revoked" in revoked.page.text
    refused = office.post(f"{PAGE}/1/code?lang=en", sent)
    assert refused.status == 409
    assert "that is for good" in refused.page.text


def test_a_tablet_of_another_wave_is_not_found(app, office, desk):
    add(office)
    with app.app_context():
        make_wave("2027")
    sent = {"csrf_token": token(office.get(PAGE).page)}
    assert office.post("/office/citizens/2027/devices/1/revoke", sent).status == 404


def test_a_post_without_the_pages_token_does_nothing(app, office, desk):
    app.config["WTF_CSRF_ENABLED"] = True
    assert office.post(PAGE, GIVEN).status == 400
    assert kept(app) == []
