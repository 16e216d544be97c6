"""How items are drawn: one by one, named, described, and with every text escaped."""

from __future__ import annotations

import json

from surveys.loading import load, shipped
from tests.pages import text_of
from tests.respond.conftest import open_link
from tests.respond.instruments import RATING, YES_NO, every_type, item, made_of, section

EVIL = "<script>alert(\"1\")</script> & 'x'"


def test_every_type_of_item_has_its_control(visitor, app):
    page = visitor.get(f"/r/{open_link(app, asked=every_type())}?lang=en").page

    assert {control.get("type") for control in page.named("choice")} == {"radio"}
    assert {control.get("type") for control in page.named("multi")} == {"checkbox"}
    assert [control.tag for control in page.named("text")] == ["textarea"]
    assert [control.get("inputmode") for control in page.named("number")] == ["decimal"]
    assert [control.get("type") for control in page.named("day")] == ["date"]


def test_an_item_is_a_group_with_its_question_and_never_a_table(visitor, app):
    page = visitor.get(f"/r/{open_link(app, asked=every_type())}?lang=en").page

    group = page.by_id("item-choice")
    assert group.tag == "fieldset"
    assert text_of(group.find("legend")) == "Question choice?"
    assert [text_of(label) for label in group.iter("label")] == ["Poor", "Good", "Does not apply"]
    assert list(page.tree.iter("table")) == []


def test_optional_items_are_marked_where_others_are_required(visitor, app):
    page = visitor.get(f"/r/{open_link(app, asked=every_type())}?lang=vi").page

    assert text_of(page.by_id("item-text").find("label")) == "Câu text? (không bắt buộc)"
    assert "không bắt buộc" not in text_of(page.by_id("item-choice"))
    assert all("required" in control.attrib for control in page.named("choice"))
    assert "*" not in page.text


def test_where_every_item_is_optional_it_is_said_once(visitor, link):
    page = visitor.get(f"/r/{link}?lang=en").page

    assert page.text.count("optional") == 1
    assert "Every question is optional" in text_of(page.of_class("lead")[0])


def test_a_hint_is_tied_to_its_control(visitor, app):
    page = visitor.get(f"/r/{open_link(app, asked=every_type())}?lang=en").page

    (control,) = page.named("text")
    assert control.get("aria-describedby") == "hint-text"
    assert text_of(page.by_id("hint-text")) == "No names."


def test_sections_are_headed_and_introduced(visitor, app):
    asked = made_of(
        section("a", item("one", type="text"), introduction={"vi": "Mở đầu", "en": "To begin"}),
        section("b", item("two", type="text")),
    )

    page = visitor.get(f"/r/{open_link(app, asked=asked)}?lang=en").page

    assert [text_of(part.find("h2")) for part in page.of_class("part")] == ["Part a", "Part b"]
    assert "To begin" in text_of(page.by_id("section-a"))


def test_every_text_of_an_instrument_is_escaped(visitor, app):
    both = {"vi": EVIL, "en": EVIL}
    asked = made_of(
        section(
            "a",
            item(
                "one",
                text=both,
                hint=both,
                options=[{"code": "<b>", "label": both}, {"code": '"', "label": both}],
            ),
            item("two", text=both, type="text", status="M"),
            title=both,
            introduction=both,
        ),
        title=both,
        introduction=both,
        source=EVIL,
    )
    link = open_link(app, asked=asked)

    page = visitor.get(f"/r/{link}?lang=en").page

    assert EVIL in page.text
    assert page.text.count("alert") >= 9
    assert not [
        script for script in page.tree.iter("script") if not script.get("src", "").startswith("/static/")
    ]
    assert [control.get("value") for control in page.named("one")] == ["<b>", '"']


def test_routing_reaches_the_script_as_data(visitor, app):
    asked = made_of(
        section("a", item("visited", options=YES_NO), item("heard", type="multi", options=RATING)),
        section(
            "b",
            item(
                "seats",
                type="text",
                show_if="not (visited in ['yes', \"no'\"] and 'na' in heard) or visited >= 2.5",
            ),
            show_if="visited == 'yes'",
        ),
    )

    page = visitor.get(f"/r/{open_link(app, asked=asked)}?lang=en").page

    assert json.loads(page.by_id("section-b").get("data-condition")) == ["==", "visited", "yes"]
    assert json.loads(page.by_id("item-seats").get("data-condition")) == [
        "or",
        ["not", ["and", ["in", "visited", "yes", "no'"], ["contains", "heard", "na"]]],
        [">=", "visited", 2.5],
    ]
    assert [control.get("value") for control in page.named("heard") if "data-void" in control.attrib] == [
        "na"
    ]


def test_scripts_are_asked_for_only_where_they_are_needed(visitor, app):
    def scripts(**settings):
        page = visitor.get(f"/r/{open_link(app, **settings)}").page
        return [script.get("src").split("?")[0].split("/")[-1] for script in page.tree.iter("script")]

    plain = made_of(section("only", item("one", type="text")))
    assert scripts(code="a", asked=plain) == ["respond.js"]
    assert scripts(code="b") == ["respond.js", "routing.js"]
    assert scripts(code="c", asked=plain, layout="sections") == ["respond.js", "sections.js"]


def test_shipped_instruments_are_drawn_whole_in_every_language(visitor, app):
    for stem, path in shipped().items():
        asked = load(path)
        link = open_link(app, code=stem, asked=asked)
        for language in asked.languages:
            page = visitor.get(f"/r/{link}?lang={language}").page
            assert len(page.of_class("item")) == len(asked.items)
            assert page.tree.get("lang") == language


def test_our_files_are_kept_for_as_long_as_they_do_not_change(visitor, client, link):
    page = visitor.get(f"/r/{link}").page
    addresses = [one.get("href") for one in page.tree.iter("link")] + [
        one.get("src") for one in page.tree.iter("script")
    ]

    for address in addresses:
        with client.get(address) as kept:
            assert kept.status_code == 200
            assert "immutable" in kept.headers["Cache-Control"]
            assert "max-age=31536000" in kept.headers["Cache-Control"]
        with client.get(address.split("?")[0]) as bare:
            assert "immutable" not in bare.headers["Cache-Control"]


def test_the_first_screen_is_light(client, app):
    """Under 60 kB for the longest instrument, with style and scripts (PRODUCT 6: phones at a counter)."""
    link = open_link(app, asked=load(shipped()["sipas-2023-1"]), layout="sections")
    packed = client.get(f"/r/{link}?lang=vi", headers={"Accept-Encoding": "gzip"})
    size = len(packed.data)
    for name in ("hailong.css", "respond.js", "routing.js", "sections.js", "mark.svg"):
        with client.get(f"/static/{name}") as file:
            size += len(file.data)

    assert packed.headers["Content-Encoding"] == "gzip"
    assert size < 60_000
