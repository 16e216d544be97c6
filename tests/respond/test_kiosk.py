"""The kiosk's addresses: the document, pairing, and what a tablet and the server tell each other."""

from __future__ import annotations

import json
import re

import pytest

from app.extensions import db
from app.models import Collector, Device
from app.respond.kiosk.faces import faces_of
from app.respond.kiosk.rules import rules_of
from app.respond.words import direction
from app.services import devices, fieldwork
from surveys.loading import load, shipped
from tests.factories import instrument, make_collectors, make_wave
from tests.pages import read_page
from tests.respond.instruments import RATING, every_type, item, made_of, section


@pytest.fixture
def desk(app):
    return make_desk(app)


def make_desk(app, phone=False, **settings):
    """The code of an open kiosk link."""
    with app.app_context():
        wave = make_wave(**settings)
        (collector,) = make_collectors(wave, "north-1", mode="kiosk")
        if phone:
            make_collectors(wave, "north-1", mode="qr")
        fieldwork.open_wave(wave)
        return collector.code


def wait_for_pairing(app, link):
    with app.app_context():
        found = db.session.scalar(db.select(Collector).filter_by(code=link))
        return devices.add_device(found, "Máy 1", language="vi", exit_code="2468", idle_seconds=30)[1]


def say(client, address, body, **headers):
    given = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(address, data=given, content_type="application/json", headers=headers)


def paired(app, client, link):
    return say(client, "/k/pair", {"code": wait_for_pairing(app, link)}).json


def screens(html):
    """The screens of each language as a page of their own, by language."""
    found = re.findall(
        r'<template data-language="(\w+)"[^>]*data-title="([^"]*)">(.*?)</template>', html, re.S
    )
    frame = (
        '<!DOCTYPE html><html lang="{}"><head><meta charset="utf-8"><title>{}</title>'
        '<meta name="viewport" content="width=device-width"></head><body>{}</body></html>'
    )
    return {language: read_page(frame.format(language, title, body)) for language, title, body in found}


def test_the_document_holds_every_item_in_every_language(client, desk):
    answer = client.get(f"/k/{desk}")
    pages = screens(answer.text)
    codes = [one.code for one in instrument().items]
    assert list(pages) == ["vi", "en"]
    for page in pages.values():
        assert [element.get("data-code") for element in page.of_class("item")] == codes
    assert "Ông/bà đã đến quầy?" in pages["vi"].text
    assert "Did you visit the counter?" in pages["en"].text
    assert all(page.by_id("kiosk-form").get("autocomplete") == "off" for page in pages.values())
    # What stands around the templates is a page as well.
    read_page(re.sub(r"<template.*?</template>", "", answer.text, flags=re.S))


def test_the_document_is_the_same_for_everybody_and_holds_nobody(app, client, desk):
    first = client.get(f"/k/{desk}")
    paired(app, client, desk)
    second = client.get(f"/k/{desk}", headers={"Accept-Language": "en", "Cookie": "hailong=x"})
    assert first.data == second.data
    assert "Set-Cookie" not in second.headers
    assert "Cookie" not in second.headers["Vary"]
    assert client.get(f"/k/{desk}", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_only_a_kiosks_link_opens_as_a_kiosk(app, client, desk):
    with app.app_context():
        wave = db.session.scalar(db.select(Collector).filter_by(code=desk)).wave
        (phones,) = make_collectors(wave, "north-1", mode="qr")
        link = phones.code
    assert client.get(f"/k/{link}").status_code == 404
    assert client.get("/k/none").status_code == 404


def test_a_closed_kiosk_still_opens_for_the_answers_that_wait_on_it(app, client, desk):
    with app.app_context():
        wave = db.session.scalar(db.select(Collector).filter_by(code=desk)).wave
        fieldwork.close_wave(wave)
    assert client.get(f"/k/{desk}").status_code == 200


def test_the_square_for_phones_names_the_phones_link(app, client):
    code = make_desk(app, phone=True)
    page = screens(client.get(f"/k/{code}").text)["vi"]
    (address,) = page.of_class("address")
    assert address.text.startswith("http://localhost/r/")
    assert not address.text.endswith(code)
    assert page.of_class("square")[0].tag.endswith("svg")


def test_without_a_link_for_phones_there_is_no_square(client, desk):
    html = client.get(f"/k/{desk}").text
    assert 'id="phone"' not in html
    assert 'data-do="phone"' not in html


def test_nothing_on_the_tablet_leads_to_another_address(client, desk):
    """A link of the page would be a way out of the kiosk, and an entry in its history."""
    for page in screens(client.get(f"/k/{desk}").text).values():
        assert page.all(".//a") == []


def test_pairing_gives_the_token_once_with_what_the_tablet_needs(app, client, desk):
    code = wait_for_pairing(app, desk)
    answer = say(client, "/k/pair", {"code": code})
    said = answer.json
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert len(said.pop("token")) >= 43
    assert said.pop("exit_code").count("$") == 2
    assert said == {
        "state": "paired",
        "open": True,
        "collector": desk,
        "name": "Máy 1",
        "language": "vi",
        "idle_seconds": 30,
    }
    again = say(client, "/k/pair", {"code": code}, **{"X-Language": "en"})
    assert again.status_code == 422
    assert again.json == {
        "problem": "This code is not right, or it is too old. Check it, or ask the office for a new one."
    }


def test_guessing_is_slowed_down(app, client, desk):
    code = wait_for_pairing(app, desk)
    answers = [say(client, "/k/pair", {"code": f"{n:08}"}).status_code for n in range(10)]
    assert answers == [422] * 10
    right = say(client, "/k/pair", {"code": code})
    assert right.status_code == 429
    assert "Đã thử quá nhiều lần" in right.json["problem"]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"x"', b"\xff", b"null", {}, {"code": 5}, {"code": None}, b"[" * 100_000]
)
def test_what_cannot_be_read_is_said_in_one_sentence(client, desk, body):
    answer = say(client, "/k/pair", body)
    assert answer.status_code == 400
    assert list(answer.json) == ["problem"]


def test_another_site_can_neither_pair_nor_speak_for_a_tablet(client, desk):
    for address in ("/k/pair", "/k/seen"):
        answer = say(client, address, {"code": "x", "token": "x", "queue": 0}, Origin="https://else.example")
        assert answer.status_code == 403
        assert list(answer.json) == ["problem"]


def test_a_tablet_that_speaks_is_seen_and_hears_what_changed(app, client, desk):
    token = paired(app, client, desk)["token"]
    said = say(client, "/k/seen", {"token": token, "queue": 4, "oldest": "2026-03-05T01:00:00.000Z"})
    assert said.json["state"] == "paired"
    assert "token" not in said.json
    with app.app_context():
        device = db.session.get_one(Device, 1)
        assert device.queue_length == 4
        assert device.queue_oldest_at.isoformat() == "2026-03-05T01:00:00+00:00"
        fieldwork.close_wave(device.collector.wave)
    assert say(client, "/k/seen", {"token": token, "queue": 0}).json["open"] is False
    with app.app_context():
        devices.revoke_device(db.session.get_one(Device, 1))
    assert say(client, "/k/seen", {"token": token, "queue": 0}).json["state"] == "revoked"
    assert say(client, "/k/seen", {"token": "nobody's", "queue": 0}).json == {"state": "unknown"}


@pytest.mark.parametrize(
    "changes",
    [{"token": None}, {"token": 7}, {"queue": -1}, {"queue": True}, {"queue": "3"}, {"queue": 10**9}],
)
def test_a_tablet_that_speaks_nonsense_is_told_so(client, desk, changes):
    answer = say(client, "/k/seen", {"token": "x", "queue": 0} | changes)
    assert answer.status_code == 400
    assert list(answer.json) == ["problem"]


@pytest.mark.parametrize("oldest", ["yesterday", "2026-03-05T01:00:00", 5, "0001-01-01T00:00:00Z"])
def test_a_clock_that_says_nothing_useful_is_passed_over(app, client, desk, oldest):
    token = paired(app, client, desk)["token"]
    assert say(client, "/k/seen", {"token": token, "queue": 1, "oldest": oldest}).status_code == 200
    with app.app_context():
        assert db.session.get_one(Device, 1).queue_oldest_at is None


def test_the_pairing_page_speaks_the_asked_language_and_is_no_ones(visitor):
    answer = visitor.get("/k/?lang=en")
    assert answer.page.title == "Pair this tablet – Hailong"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert visitor.get("/k/").page.tree.get("lang") == "vi"


def test_the_manifest_opens_the_kiosk_in_the_whole_screen(client):
    answer = client.get("/k/manifest.webmanifest")
    assert answer.mimetype == "application/manifest+json"
    assert answer.json["display"] == "fullscreen"
    assert answer.json["start_url"] == answer.json["scope"] == "/k/"


def test_faces_stand_beside_a_satisfaction_scale_in_its_order():
    faces = faces_of(load(shipped()["sipas-2023-1"]))
    assert {tuple(each.items()) for each in faces.values()} == {
        (("1", 1), ("2", 2), ("3", 3), ("4", 4), ("5", 5)),
        (("1", 1), ("2", 2), ("3", 4), ("4", 5)),  # four options have no middle
    }
    assert faces_of(instrument())["polite"] == {"1": 1, "2": 3, "3": 5}


def test_there_is_no_face_at_a_reversed_item_or_a_scale_of_something_else():
    satisfied = instrument().scales["satisfaction"].model_dump(exclude_defaults=True)
    asked = made_of(
        section(
            "all",
            item("back", scale="satisfaction", reverse=True, role="score"),
            item("two", options=RATING),
        ),
        scales={"satisfaction": satisfied},
    )
    assert faces_of(asked) == {}


def test_faces_are_decoration_beside_the_words(client, desk):
    page = screens(client.get(f"/k/{desk}").text)["vi"]
    faces = page.of_class("face")
    assert len(faces) == 9
    assert all(face.get("aria-hidden") == "true" for face in faces)
    labels = [label for label in page.of_class("option") if any(one in label.iter() for one in faces)]
    assert all("".join(label.itertext()).strip() for label in labels)


def test_the_form_behind_a_link_has_no_faces(visitor, link):
    assert b"face" not in visitor.get(f"/r/{link}").body


def test_the_rules_for_the_screen_name_every_limit_and_sentence():
    rules = rules_of(every_type(), "vi")
    assert set(rules) == {"multi", "text", "number", "day"}
    assert rules["multi"]["most"] == 2
    assert "Không áp dụng" in rules["multi"]["alone"]["na"]
    assert rules["text"] == {"most": 20}
    assert rules["number"]["most"] == 10
    assert "10" in rules["number"]["say"]["too_large"]
    assert all(sentence for rule in rules.values() for sentence in rule.get("say", {}).values())


def test_a_language_written_from_right_to_left_says_so():
    assert [direction(code) for code in ("vi", "en", "ar", "he", "fa", "zz")] == [
        "ltr",
        "ltr",
        "rtl",
        "rtl",
        "rtl",
        "ltr",
    ]
