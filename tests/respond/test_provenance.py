"""Whose sentences the form shows: nothing unverified passes for the official form."""

from __future__ import annotations

from tests.pages import text_of
from tests.respond.conftest import filled, open_link
from tests.respond.instruments import item, made_of, section

OFFICIAL = {"wording": "official", "status": "V", "type": "text"}


def page_of(visitor, app, *items):
    link = open_link(app, asked=made_of(section("only", *items)))
    return visitor.get(f"/r/{link}?lang=en").page


def test_the_footer_names_instrument_version_and_source(visitor, app):
    footer = text_of(page_of(visitor, app, item("one", **OFFICIAL)).by_id("wording"))

    assert "trial, version 1" in footer
    assert "Made for tests" in footer


def test_a_form_in_our_own_words_says_so_at_the_top_and_at_the_end(visitor, app):
    page = page_of(visitor, app, item("one", type="text"), item("two", type="text"))

    assert "This is not the official form." in text_of(page.of_class("lead")[0])
    assert "wording of every question is ours" in text_of(page.by_id("wording"))
    assert "wording" not in text_of(page.by_id("item-one"))


def test_among_official_sentences_each_of_ours_is_marked(visitor, app):
    page = page_of(visitor, app, item("ours", type="text"), item("theirs", **OFFICIAL))

    assert "The wording of this question is ours" in text_of(page.by_id("item-ours"))
    assert "ours" not in text_of(page.by_id("item-theirs")).replace("theirs", "")
    assert "Where it says so beside a question" in text_of(page.by_id("wording"))


def test_an_official_form_does_not_excuse_itself(visitor, app):
    page = page_of(visitor, app, item("theirs", **OFFICIAL))

    assert "official form" not in page.text


def test_questions_that_were_not_compared_with_the_source_are_listed(visitor, app):
    page = page_of(
        visitor,
        app,
        item("sure", **OFFICIAL),
        item("partly", **OFFICIAL | {"status": "P"}),
        item("remembered", **OFFICIAL | {"status": "M"}),
        item("unsaid", **OFFICIAL | {"status": None}),
        item("ours", type="text", wording="own", status="own"),
    )

    (details,) = (one for one in page.tree.iter("details") if one.find("ul") is not None)
    assert text_of(details.find("summary")).endswith(": 3")
    listed = [text_of(line) for line in details.iter("li")]
    assert listed == ["Question partly?", "Question remembered?", "Question unsaid?"]


def test_the_thank_you_page_says_it_too(visitor, app):
    link = open_link(app, asked=made_of(section("only", item("one", type="text"))))

    page = visitor.post(f"/r/{link}", filled("trial@1", "en", one="x")).page

    assert "wording of every question is ours" in text_of(page.by_id("wording"))
