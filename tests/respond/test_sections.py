"""Sections as pages without script: one after the other, earlier answers carried along."""

from __future__ import annotations

import pytest

from tests.pages import text_of
from tests.respond.conftest import open_link, responses
from tests.respond.instruments import RATING, YES_NO, item, made_of, section, three_sections

ID = "4b0f3e56-1111-4222-8333-444455556666"

SAVE = "Save and go on elsewhere"


class Walk:
    """One respondent's way through the pages: each press sends what the page before held."""

    def __init__(self, visitor, link):
        self.visitor = visitor
        self.address = f"/r/{link}/{ID}"
        self.answer = visitor.get(f"{self.address}?lang=en")

    @property
    def page(self):
        return self.answer.page

    @property
    def section(self):
        (shown,) = self.page.of_class("part")
        return shown.get("data-code")

    def press(self, go="next", **answers):
        ours = ("_instrument", "_language", "_section", "_carried", "_confirmed")
        sent = {key: self.page.value(key) for key in ours if self.page.named(key)}
        self.answer = self.visitor.post(self.address, sent | {"_go": go} | answers)
        return self


@pytest.fixture
def walk(visitor, app):
    return Walk(visitor, open_link(app, asked=three_sections(), layout="sections"))


def buttons(page):
    return [text_of(button) for button in page.all(".//form//button")]


def test_the_form_is_answered_section_by_section(walk, app):
    assert walk.section == "start"
    assert buttons(walk.page) == ["Continue", SAVE]

    walk.press(visited="yes", name_of_day="Thứ Hai")
    assert (walk.answer.status, walk.section) == (200, "visit")
    assert buttons(walk.page) == ["Continue", "Back", SAVE]
    walk.press(seats="2")
    assert walk.section == "end"
    assert buttons(walk.page) == ["Send my answers", "Back", SAVE]
    assert responses(app) == []
    walk.press(again="no", words="Xong")

    assert walk.answer.status == 201
    (stored,) = responses(app)
    assert stored.response_id == ID
    assert stored.answers == {
        "visited": "yes",
        "name_of_day": "Thứ Hai",
        "seats": "2",
        "again": "no",
        "words": "Xong",
    }


def test_a_page_with_answers_is_kept_by_nobody(walk):
    assert walk.answer.headers["Cache-Control"] == "public, max-age=60"
    walk.press(visited="yes")
    assert walk.answer.headers["Cache-Control"] == "no-store"


def test_each_page_is_titled_by_its_section(walk):
    assert walk.page.title == "Part start – Trial form"
    assert walk.press(visited="no").page.title == "Part end – Trial form"


def test_a_section_that_does_not_apply_is_passed_over(walk):
    assert walk.press(visited="no").section == "end"
    assert walk.press("back").section == "start"


def test_back_keeps_the_answers_of_both_pages(walk):
    walk.press(visited="yes", name_of_day="Mon")
    walk.press("back", seats="2")

    assert walk.section == "start"
    assert walk.page.checked("visited") == ["yes"]
    assert walk.page.value("name_of_day") == "Mon"
    walk.press(visited="yes", name_of_day="Mon")
    assert walk.page.checked("seats") == ["2"]


def test_an_answer_taken_back_is_gone(walk, app):
    walk.press(visited="yes", name_of_day="Mon")
    walk.press("back")
    walk.press(visited="yes")
    walk.press(seats="1")
    walk.press(again="yes")

    assert "name_of_day" not in responses(app)[0].answers


def test_a_mistake_is_said_on_its_own_page(walk):
    walk.press(visited="yes", name_of_day="x" * 11)

    assert (walk.answer.status, walk.section) == (422, "start")
    assert walk.page.title == "Error: Part start – Trial form"
    assert walk.page.value("name_of_day") == "x" * 11
    assert walk.press(visited="yes", name_of_day="x").section == "visit"


def test_a_required_item_of_a_later_section_is_not_asked_for_early(walk):
    assert walk.press().answer.status == 200


def test_a_mistake_left_behind_by_back_is_shown_at_the_end(walk, app):
    walk.press(visited="yes", name_of_day="Mon")
    walk.press("back")
    walk.press(visited="no", name_of_day="Mon")
    walk.press("back", again="no")
    held = walk.page.value("_carried")
    walk.press(visited="no", name_of_day="x" * 11)
    assert walk.answer.status == 422

    # A page of before the mistake, sent with Back: nothing is checked on the way back.
    walk.press("back", visited="no", name_of_day="y" * 11)
    carried = walk.page.value("_carried")
    assert carried != held
    end = {"_section": "end", "_carried": carried, "_instrument": "trial@1", "_language": "en", "again": "no"}
    walk.answer = walk.visitor.post(walk.address, end)

    assert (walk.answer.status, walk.section) == (422, "start")
    assert "Shorten your answer" in walk.page.text
    assert responses(app) == []


def test_answers_that_no_longer_apply_are_left_out_after_the_person_was_told(walk, app):
    walk.press(visited="yes")
    walk.press(seats="2")
    walk.press("back")
    walk.press("back", seats="2")
    walk.press(visited="no")
    assert walk.section == "end"

    walk.press(again="yes")

    assert walk.answer.status == 422
    assert "Question seats?" in text_of(walk.page.of_class("notice")[0])
    assert responses(app) == []
    walk.press(again="yes")
    assert walk.answer.status == 201
    assert responses(app)[0].answers == {"visited": "no", "again": "yes"}


def test_a_form_of_one_section_is_sent_from_it(visitor, app):
    link = open_link(app, asked=made_of(section("only", item("visited", options=YES_NO))), layout="sections")
    walk = Walk(visitor, link)

    assert buttons(walk.page) == ["Send my answers", SAVE]
    assert walk.press(visited="yes").answer.status == 201


def test_the_last_section_depends_on_the_answers(visitor, app):
    instrument = made_of(
        section("start", item("visited", options=YES_NO)),
        section("middle", item("day", type="text")),
        section("end", item("seats", options=RATING), show_if="visited == 'yes'"),
    )
    walk = Walk(visitor, open_link(app, asked=instrument, layout="sections"))

    assert buttons(walk.press(visited="no").page)[0] == "Send my answers"
    walk.press("back")
    assert buttons(walk.press(visited="yes").page)[0] == "Continue"


def test_another_language_keeps_section_and_answers(walk):
    walk.press(visited="yes", name_of_day="Mon")
    walk.press(_switch="vi", seats="1")

    assert walk.section == "visit"
    assert walk.page.tree.get("lang") == "vi"
    assert walk.page.checked("seats") == ["1"]
    walk.press("back", seats="1")
    assert walk.page.tree.get("lang") == "vi"
    assert walk.page.value("name_of_day") == "Mon"
