"""Answers that cannot be taken: said beside the item and in a summary, with everything kept."""

from __future__ import annotations

import pytest

from tests.pages import text_of
from tests.respond.conftest import filled, open_link, responses
from tests.respond.instruments import every_type, item, made_of, section


@pytest.fixture
def link(app):
    return open_link(app, asked=every_type())


def sent(language="en", **answers):
    return filled("trial@1", language, **answers)


def error_of(page, code):
    return text_of(page.by_id(f"error-{code}"))


def test_a_required_item_left_blank_is_said_twice_and_nothing_is_stored(visitor, app, link):
    answered = visitor.post(f"/r/{link}", sent(choice="  ", text="Keep me", number="3,5"))

    page = answered.page
    assert answered.status == 422
    assert answered.headers["Cache-Control"] == "no-store"
    assert responses(app) == []
    assert page.title == "Error: Trial form"
    assert error_of(page, "choice") == "Error: Choose one answer."
    assert page.by_id("item-choice").get("aria-describedby") == "error-choice"
    (link_to_item,) = page.all(".//div[@id='summary']//a")
    assert link_to_item.get("href") == "#answer-1-choice"
    assert text_of(link_to_item) == "Question choice? – Choose one answer."
    assert page.value("text") == "Keep me"
    assert page.value("number") == "3,5"


def test_the_summary_takes_focus_and_stands_before_the_form(visitor, link):
    page = visitor.post(f"/r/{link}", sent()).page

    summary = page.by_id("summary")
    assert "autofocus" in summary.attrib
    assert summary.get("tabindex") == "-1"
    order = [element for element in page.tree.iter() if element is summary or element.tag == "form"]
    assert order[0] is summary


def test_mistakes_are_said_in_vietnamese_too(visitor, link):
    page = visitor.post(f"/r/{link}", sent("vi", text="á" * 1021)).page

    assert page.title == "Lỗi: Phiếu thử"
    assert error_of(page, "choice") == "Lỗi: Xin chọn một câu trả lời."
    assert "20 ký tự; hiện có 1.021 ký tự" in error_of(page, "text")


def test_the_id_and_the_start_survive_a_mistake(visitor, link):
    wrong = sent()

    page = visitor.post(f"/r/{link}", wrong).page

    assert page.value("_id") == wrong["_id"]
    assert page.value("_started") == "2026-03-05T01:00:00+00:00"
    right = visitor.post(f"/r/{link}", sent(response_id=page.value("_id"), choice="1"))
    assert right.status == 201


@pytest.mark.parametrize(
    ("answers", "code", "sentence"),
    [
        ({"choice": "7"}, "choice", "Choose one of the answers shown."),
        ({"choice": ["1", "2"]}, "choice", "Give one answer only."),
        ({"multi": ["1", "2", "9"]}, "multi", "Choose at most 2 answers."),
        ({"multi": ["1", "na"]}, "multi", "Choose either “Does not apply” or the other answers, not both."),
        ({"multi": "7"}, "multi", "Choose one of the answers shown."),
        ({"text": "x" * 21}, "text", "Shorten your answer to 20 characters; it has 21."),
        ({"text": ["one", "two"]}, "text", "Give one answer only."),
        ({"number": "three"}, "number", "Write a number in digits, such as 12 or 3.5."),
        ({"number": "1.000"}, "number", "Write the number without a sign between the thousands."),
        ({"number": "10,5"}, "number", "Write a number that is not above 10."),
        ({"number": "-1" + "0" * 20}, "number", "Write a number that is not below -1,000,000,000,000,000."),
        ({"day": "2026-02-30"}, "day", "Give a date that exists, such as 31/12/2026."),
    ],
)
def test_each_mistake_has_its_sentence(visitor, app, link, answers, code, sentence):
    answered = visitor.post(f"/r/{link}", sent(**{"choice": "1"} | answers))

    assert answered.status == 422
    assert error_of(answered.page, code) == f"Error: {sentence}"
    assert len(answered.page.all(".//div[@id='summary']//a")) == 1
    assert responses(app) == []


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        (
            {"type": "multi", "options": every_type().items[1].model_dump()["options"]},
            "Choose at least one answer.",
        ),
        ({"type": "text"}, "Write your answer."),
        ({"type": "number"}, "Write a number."),
        ({"type": "date"}, "Give a date."),
    ],
)
def test_what_is_missing_is_said_in_the_words_of_its_control(visitor, app, kind, sentence):
    link = open_link(app, asked=made_of(section("only", item("one", required=True, **kind))))

    page = visitor.post(f"/r/{link}", sent()).page

    assert error_of(page, "one") == f"Error: {sentence}"


def test_every_kind_of_answer_is_kept(visitor, link):
    given = {"multi": ["9", "1"], "text": '</textarea><b>"&', "number": "3,5", "day": "2026-03-05"}

    page = visitor.post(f"/r/{link}", sent(**given)).page

    assert page.checked("multi") == ["1", "9"]
    assert page.value("text") == given["text"]
    assert page.value("number") == "3,5"
    assert page.value("day") == "2026-03-05"
    assert page.of_class("error") == [page.by_id("error-choice")]


def test_a_wrong_text_is_named_wrong_to_those_who_cannot_see_it(visitor, link):
    page = visitor.post(f"/r/{link}", sent(choice="1", text="x" * 21)).page

    (control,) = page.named("text")
    assert control.get("aria-invalid") == "true"
    assert control.get("aria-describedby") == "hint-text error-text"


def test_an_item_that_is_hidden_is_not_missed(visitor, app):
    instrument = made_of(
        section(
            "only",
            item("visited", options=every_type().items[0].model_dump()["options"]),
            item("seats", type="text", required=True, show_if="visited == '2'"),
        )
    )
    link = open_link(app, asked=instrument)

    assert visitor.post(f"/r/{link}", sent(visited="1")).status == 201
    assert visitor.post(f"/r/{link}", sent(visited="2")).status == 422


def test_a_code_of_an_item_may_be_any_word(visitor, app):
    """`data`, `errors` and `validate` are names of a WTForms form as well."""
    link = open_link(
        app,
        asked=made_of(
            section("only", *(item(code, type="text") for code in ("data", "errors", "validate", "meta")))
        ),
    )

    assert visitor.post(f"/r/{link}", sent(data="1", errors="2", validate="3", meta="4")).status == 201
    assert responses(app)[0].answers == {"data": "1", "errors": "2", "validate": "3", "meta": "4"}
