"""Sending the form: stored exactly once, and the person told what became of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from app.queries.collectors import get_collector
from app.services import fieldwork
from tests.factories import OPENED, instrument, make_collectors, make_open_wave, make_wave
from tests.respond.conftest import filled, open_link, responses


def receipt(page):
    (box,) = page.of_class("receipt")
    return box.find("strong").text


def test_a_filled_form_is_stored_and_thanked_for(visitor, app, link):
    sent = filled(visited="yes", seats="3", polite="na", heard=["net", "tv"], words=" Cảm ơn \r\n nhiều ")

    answered = visitor.post(f"/r/{link}", sent)

    assert answered.status == 201
    assert answered.headers["Cache-Control"] == "no-store"
    assert answered.page.title.startswith("Xin cảm ơn")
    (stored,) = responses(app)
    assert stored.response_id == sent["_id"]
    assert stored.receipt == receipt(answered.page)
    assert stored.answers == {
        "visited": "yes",
        "seats": "3",
        "polite": "na",
        "heard": ["tv", "net"],
        "words": "Cảm ơn \n nhiều",
    }
    assert (stored.language, stored.mode, stored.state) == ("vi", "qr", "counted")
    assert stored.started_at == datetime(2026, 3, 5, 1, 0, tzinfo=UTC)
    assert stored.submitted_at == datetime(2026, 3, 5, 1, 4, tzinfo=UTC)


def test_a_form_left_blank_is_a_response_too(visitor, app, link):
    assert visitor.post(f"/r/{link}", filled(words="  ")).status == 201
    assert responses(app)[0].answers == {}


def test_the_same_form_sent_again_is_stored_once_and_gets_the_same_receipt(visitor, app, link):
    sent = filled(visited="no", polite="2")

    first = visitor.post(f"/r/{link}", sent)
    second = visitor.post(f"/r/{link}", sent | {"_id": sent["_id"].upper(), "_sent": ""})

    assert (first.status, second.status) == (201, 200)
    assert receipt(first.page) == receipt(second.page)
    assert "chỉ được lưu một lần" in second.page.text
    assert len(responses(app)) == 1


def test_other_answers_under_the_same_id_change_nothing(visitor, app, link):
    sent = filled(language="en", polite="2")
    first = visitor.post(f"/r/{link}", sent)

    changed = visitor.post(f"/r/{link}", sent | {"polite": "3"})

    assert changed.status == 409
    assert "received already" in changed.page.text
    assert receipt(changed.page) == receipt(first.page)
    assert [one.answers for one in responses(app)] == [{"polite": "2"}]


def test_without_script_the_id_comes_from_the_address(visitor, app, link):
    address = visitor.get(f"/r/{link}/new?lang=en").headers["Location"]
    sent = filled(language="en", polite="2")
    for made_by_script in ("_id", "_started", "_sent"):
        del sent[made_by_script]

    answered = visitor.post(address, sent)

    assert answered.status == 201
    (stored,) = responses(app)
    assert f"/{stored.response_id}?" in address
    assert (stored.started_at, stored.submitted_at) == (None, None)
    assert visitor.post(address, sent).status == 200


def test_an_answer_on_its_way_when_the_wave_closes_still_counts(visitor, app):
    with app.app_context():
        wave, (collector,) = make_open_wave()
        fieldwork.close_wave(wave)
        link = collector.code

    answered = visitor.post(f"/r/{link}", filled(polite="2"))

    assert answered.status == 201
    assert responses(app)[0].state == "counted"


def test_a_late_answer_is_kept_and_the_person_told_so(visitor, app):
    with app.app_context():
        closed = OPENED + timedelta(days=1)
        wave, (collector,) = make_open_wave()
        fieldwork.close_wave(wave, now=closed)
        link = collector.code

    answered = visitor.post(f"/r/{link}", filled(language="en", polite="2"))

    assert answered.status == 201
    assert "kept apart from the present results" in answered.page.text
    assert receipt(answered.page)
    assert responses(app)[0].state == "late"


def test_an_answer_to_a_planned_wave_is_kept_apart(visitor, app):
    with app.app_context():
        (collector,) = make_collectors(make_wave())
        link = collector.code

    assert visitor.post(f"/r/{link}", filled(polite="2")).status == 201
    assert responses(app)[0].state == "late"


def test_an_answer_behind_a_link_that_was_revoked_meanwhile_is_stored(visitor, app):
    link = open_link(app)
    with app.app_context():
        fieldwork.revoke_collector(get_collector(link))

    assert visitor.post(f"/r/{link}", filled(polite="2")).status == 201
    assert len(responses(app)) == 1


def test_a_form_of_the_version_before_is_still_taken(visitor, app):
    link = open_link(app)
    with app.app_context():
        version = fieldwork.register_instrument(instrument(2))
        fieldwork.switch_instrument(get_collector(link).wave, version)

    answered = visitor.post(f"/r/{link}", filled("tiny@1", polite="2"))

    assert answered.status == 201
    with app.app_context():
        assert responses(app)[0].instrument_version_id != get_collector(link).wave.instrument_version_id


def test_a_page_sent_before_its_script_ran_is_asked_for_once_more(visitor, app, link):
    shown = visitor.post(f"/r/{link}", filled(language="en", polite="2") | {"_id": "", "_started": ""})

    assert shown.status == 422
    assert responses(app) == []
    assert "send once more" in shown.page.text.lower()
    assert shown.page.checked("polite") == ["2"]
    again = visitor.post(f"/r/{link}", filled(response_id=shown.page.value("_id"), language="en", polite="2"))
    assert again.status == 201


@pytest.mark.parametrize("clock", ["yesterday", "2026-03-05T01:00:00", "2026-13-05T01:00:00Z"])
def test_a_device_without_a_readable_clock_can_still_answer(visitor, app, link, clock):
    assert visitor.post(f"/r/{link}", filled(polite="2") | {"_started": clock}).status == 201
    assert responses(app)[0].started_at is None


def test_our_own_page_may_send_from_any_scheme(visitor, link):
    for origin in ("http://localhost", "https://localhost"):
        sent = filled(response_id=str(uuid4()), polite="2")
        assert visitor.post(f"/r/{link}", sent, headers={"Origin": origin}).status == 201
