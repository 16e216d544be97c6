"""Choosing an agency to rate: the list is that of the wave's tree date, with and without script."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from app.extensions import db
from app.models import Wave
from app.services import fieldwork, snapshots
from app.services.agencies import AgencyRow, import_agencies
from app.services.fieldwork import CollectorRow
from app.services.responding import AnswersRefused
from app.services.staff import answering, inviting, redeeming
from app.services.staff.redeeming import modulus
from tests import factories
from tests.pages import text_of
from tests.respond.conftest import filled, open_link, responses
from tests.respond.instruments import item, made_of, section
from tests.services.staff import blinding
from tests.services.staff.conftest import collector_id, make_staff_wave


def rating(agencies="others", **keys):
    unit = item("unit", type="rated_agency", role="screening", agencies=agencies, **keys)
    return made_of(section("unit", unit), section("more", item("why", type="text")))


def offered(page):
    (control,) = page.named("unit")
    assert control.tag == "select"
    return [option.get("value") for option in control.iter("option")]


def test_the_list_holds_the_agencies_of_the_day_but_ones_own(visitor, app):
    page = visitor.get(f"/r/{open_link(app, asked=rating())}?lang=en").page

    assert offered(page) == ["", "north", "south", "north-2", "south-1"]


def test_the_list_of_all_holds_ones_own_as_well(visitor, app):
    page = visitor.get(f"/r/{open_link(app, asked=rating('all'))}?lang=en").page

    assert "north-1" in offered(page)


def test_agencies_stand_by_name_under_the_one_above_them(visitor, app):
    page = visitor.get(f"/r/{open_link(app, asked=rating('all'))}?lang=en").page

    (control,) = page.named("unit")
    groups = {group.get("label"): [text_of(one) for one in group] for group in control.iter("optgroup")}
    assert groups == {"North Province": ["North One", "North Two"], "South Province": ["South One"]}
    assert text_of(page.by_id("item-unit").find("label")) == "Question unit?"


def test_an_agency_is_stored_by_its_code(visitor, app):
    link = open_link(app, asked=rating())

    assert visitor.post(f"/r/{link}", filled("trial@1", unit="south-1")).status == 201
    assert [one.answers for one in responses(app)] == [{"unit": "south-1"}]


@pytest.mark.parametrize("code", ["north-1", "nowhere"])
def test_ones_own_agency_and_unknown_codes_are_sent_back_with_a_sentence(visitor, app, code):
    answer = visitor.post(f"/r/{open_link(app, asked=rating())}", filled("trial@1", "en", unit=code))

    assert answer.status == 422
    assert "Choose an agency from the list." in text_of(answer.page.by_id("error-unit"))
    assert responses(app) == []


def test_a_required_agency_that_was_left_out_is_asked_for(visitor, app):
    answer = visitor.post(
        f"/r/{open_link(app, asked=rating(required=True))}", filled("trial@1", "vi", unit="")
    )

    assert answer.status == 422
    assert "Xin chọn một cơ quan, đơn vị trong danh sách." in answer.page.text


def test_an_agency_that_did_not_stand_on_the_tree_date_is_neither_offered_nor_taken(visitor, app):
    with app.app_context():
        factories.make_agencies()
        day = factories.TREE_DATE + timedelta(days=1)
        later = AgencyRow(code="later", kind="province", names={"en": "Later", "vi": "Sau"}, valid_from=day)
        import_agencies([later])
    link = open_link(app, asked=rating())

    assert "later" not in offered(visitor.get(f"/r/{link}?lang=en").page)
    assert visitor.post(f"/r/{link}", filled("trial@1", unit="later")).status == 422


def test_the_choice_is_kept_when_the_form_comes_back(visitor, app):
    link = open_link(app, asked=rating(), layout="sections")
    fields = filled("trial@1", "en", unit="south") | {"_section": "unit", "_go": "next", "_id": ""}
    begun = visitor.get(f"/r/{link}/new?lang=en").headers["Location"].split("?")[0]
    second = visitor.post(begun, {key: one for key, one in fields.items() if key != "_id"}).page
    carried = second.named("_carried")[0].get("value")
    back = {
        "_section": "more",
        "_go": "back",
        "_carried": carried,
        "_instrument": "trial@1",
        "_language": "en",
    }
    first = visitor.post(begun, back).page

    (control,) = first.named("unit")
    assert [one.get("value") for one in control.iter("option") if one.get("selected") is not None] == [
        "south"
    ]


def test_a_script_is_held_to_the_same_list(visitor, app):
    link = open_link(app, asked=rating())
    body = {"id": filled()["_id"], "instrument": "trial@1", "language": "en", "answers": {"unit": "north-1"}}

    refused = visitor.client.post(f"/r/{link}/responses", json=body)
    assert (refused.status_code, refused.json["items"]) == (422, {"unit": "Choose an agency from the list."})
    taken = visitor.client.post(f"/r/{link}/responses", json=body | {"answers": {"unit": "north-2"}})
    assert taken.status_code == 201


def test_the_snapshot_has_the_agencys_code(visitor, app):
    link = open_link(app, asked=rating())
    visitor.post(f"/r/{link}", filled("trial@1", unit="south-1"))
    with app.app_context():
        wave = db.session.query(Wave).one()
        fieldwork.close_wave(wave, now=factories.CLOSED)
        frozen = snapshots.freeze(wave, key=b"test", now=factories.CLOSED)
        rows = snapshots.read(frozen.path)
    assert (rows["unit"], rows["agency"]) == (["south-1"], ["north-1"])


def test_a_tablet_offers_the_same_list(visitor, app):
    open_link(app, asked=rating())
    with app.app_context():
        row = CollectorRow(agency="north-2", label="Tablet", mode="kiosk")
        (tablet,) = fieldwork.add_collectors(db.session.query(Wave).one(), [row])
        code = tablet.code
    text = visitor.client.get(f"/k/{code}").text

    lists = [
        re.findall(r'<option value="([^"]*)"', part)
        for part in re.findall(r"<select.*?</select>", text, re.S)
    ]
    assert lists == [["", "north", "south", "north-1", "south-1"]] * 2  # one for each language


def test_staff_rate_any_unit_but_their_own(app):
    with app.app_context():
        staff = make_staff_wave({"law": 12})
        page = app.test_client().get(f"/s/{staff.made[0].collector_code}?lang=en")
        assert "<select" not in page.text
        made = make_staff_wave_of(rating())
        one = made[0]
        shown = app.test_client().get(f"/s/{one.collector_code}?lang=en").text
        assert 'value="trade"' in shown
        assert 'value="law"' not in shown
        with pytest.raises(AnswersRefused):
            send(one, "law")
        assert send(made[1], "trade") == "stored"


def make_staff_wave_of(asked):
    """Invitations of the unit `law` in an open anonymous wave that asks this."""
    wave = fieldwork.create_wave(
        fieldwork.create_survey("units", {"vi": "Đơn vị", "en": "Units"}),
        "2026",
        fieldwork.register_instrument(asked),
        title={"vi": "Đợt", "en": "Wave"},
        tree_date=factories.TREE_DATE,
        wave_kind="census",
        anonymous=True,
    )
    made = inviting.invite(wave, {"law": 12})
    fieldwork.open_wave(wave, now=factories.OPENED)
    return made


def send(one, unit):
    message, blinded, factor = blinding.blind(modulus(collector_id(one.collector_code)))
    signed = redeeming.redeem(one.collector_code, one.token, blinded)
    credential = (
        message,
        blinding.unblind(modulus(collector_id(one.collector_code)), signed.signature, factor),
    )
    return answering.answer(one.collector_code, *credential, "trial@1", {"unit": unit})
