"""Posts that are refused: one clear sentence, the right status, and nothing stored."""

from __future__ import annotations

import pytest

from app.config import LARGEST_POST
from tests.respond.conftest import filled, open_link, responses
from tests.respond.instruments import three_sections

ID = "4b0f3e56-1111-4222-8333-444455556666"


def refused(answer, app, status, sentence):
    assert answer.status == status
    assert sentence in answer.page.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert responses(app) == []
    return True


def test_an_unknown_link(visitor, app, link):
    assert refused(visitor.post("/r/nowhere", filled(language="en")), app, 404, "We do not know this link")


@pytest.mark.parametrize(
    "origin", ["https://elsewhere.example", "null", "http://localhost.evil.example", "http://["]
)
def test_a_post_from_another_site(visitor, app, link, origin):
    sent = visitor.post(f"/r/{link}", filled(language="en", polite="2"), headers={"Origin": origin})

    assert refused(sent, app, 403, "sent from another site")


def test_a_body_larger_than_any_form(visitor, app, link):
    sent = visitor.post(f"/r/{link}?lang=en", filled(words="x" * LARGEST_POST))

    assert refused(sent, app, 413, "shorten what you wrote")
    foreign = visitor.post(
        f"/r/{link}?lang=en",
        filled(words="x" * LARGEST_POST),
        headers={"Origin": "https://elsewhere.example"},
    )
    assert refused(foreign, app, 403, "sent from another site")


@pytest.mark.parametrize(
    "wrong", ["1", f"{ID}x", "{" + ID + "}", ID.replace("-", ""), f"urn:uuid:{ID}", "../../etc"]
)
def test_an_id_that_is_none(visitor, app, link, wrong):
    assert refused(
        visitor.post(f"/r/{link}", filled(response_id=wrong, language="en")), app, 400, "not complete"
    )


def test_an_address_whose_id_is_none(visitor, app, link):
    assert refused(visitor.get(f"/r/{link}/12?lang=en"), app, 400, "not complete")
    assert refused(visitor.post(f"/r/{link}/12", filled(language="en")), app, 400, "not complete")


@pytest.mark.parametrize("extra", ["email", "_admin", "polite ", "Polite", "tiny__multi"])
def test_a_key_that_the_form_does_not_have(visitor, app, link, extra):
    sent = visitor.post(f"/r/{link}", filled(language="en", polite="2") | {extra: "1"})

    assert refused(sent, app, 400, "carried something that we did not ask")


def test_a_language_that_the_wave_does_not_speak(visitor, app, link):
    assert refused(visitor.post(f"/r/{link}", filled(language="fr")), app, 400, "Chưa có gì được lưu")
    assert refused(
        visitor.post(f"/r/{link}", filled(language="en") | {"_switch": "fr"}), app, 400, "Nothing was stored"
    )


@pytest.mark.parametrize(
    "identity", ["", "tiny", "tiny@2", "tiny@0", "tiny@-1", "other@1", "tiny@1@1", "tiny@٢"]
)
def test_a_form_of_another_instrument(visitor, app, link, identity):
    sent = visitor.post(f"/r/{link}", filled(identity, language="en", polite="2"))

    assert refused(sent, app, 400, "another questionnaire")


@pytest.mark.parametrize("carried", ["x", "W10.abc", "."])
def test_earlier_answers_whose_signature_is_wrong(visitor, app, carried):
    link = open_link(app, asked=three_sections(), layout="sections")
    sent = {"_instrument": "trial@1", "_language": "en", "_section": "visit", "_carried": carried}

    assert refused(visitor.post(f"/r/{link}/{ID}", sent), app, 400, "came back changed")


def test_earlier_answers_of_another_response(visitor, app):
    link = open_link(app, asked=three_sections(), layout="sections")
    start = {"_instrument": "trial@1", "_language": "en", "_section": "start", "visited": "yes"}
    mine = visitor.post(f"/r/{link}/{ID}", start).page.value("_carried")
    sent = {"_instrument": "trial@1", "_language": "en", "_section": "visit", "_carried": mine}

    other = ID.replace("4b0f", "4b0e")

    assert refused(visitor.post(f"/r/{link}/{other}", sent), app, 400, "came back changed")
    assert visitor.post(f"/r/{link}/{ID}", sent).status == 200


@pytest.mark.parametrize("changes", [{"_section": "nowhere"}, {"again": "yes"}])
def test_a_section_with_what_is_not_in_it(visitor, app, changes):
    link = open_link(app, asked=three_sections(), layout="sections")
    sent = {"_instrument": "trial@1", "_language": "en", "_section": "start"} | changes

    assert refused(visitor.post(f"/r/{link}/{ID}", sent), app, 400, "carried something that we did not ask")


def test_the_way_back_to_the_form_is_offered_where_there_is_one(visitor, link):
    (way,) = visitor.post(f"/r/{link}", filled("other@1", language="en")).page.all(".//main//a")
    assert way.get("href") == f"/r/{link}?lang=en"
    assert visitor.get("/r/nowhere").page.all(".//main//a") == []


def test_a_post_that_is_no_form(client, app, link):
    answered = client.post(f"/r/{link}", data=b"\x00\xff{", content_type="application/json")

    assert answered.status_code == 400
    assert responses(app) == []
