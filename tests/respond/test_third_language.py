"""A language that the interface does not speak, written from right to left: the form works in it, and says which
words are not in it. What is typed is stored in one spelling; Vietnamese numbers and dates are understood."""

from __future__ import annotations

import unicodedata

import pytest

from surveys.loading import from_document
from tests.respond.conftest import filled, open_link, responses
from tests.respond.instruments import every_type

ARABIC = {
    "Trial form": "استمارة",
    "Part all": "الجزء",
    "Question choice?": "ما رأيك؟",
    "Question multi?": "من أين علمت؟",
    "Question text?": "ملاحظاتك",
    "Question number?": "كم مرة؟",
    "Question day?": "متى؟",
    "Poor": "سيئ",
    "Good": "جيد",
    "Does not apply": "لا ينطبق",
    "Nine": "تسعة",
    "No names.": "بدون أسماء",
}


def with_arabic(node):
    """Every text of a document in Arabic too."""
    if isinstance(node, dict):
        if "en" in node and isinstance(node["en"], str):
            return node | {"ar": ARABIC[node["en"]]}
        return {key: with_arabic(value) for key, value in node.items()}
    return [with_arabic(each) for each in node] if isinstance(node, list) else node


def trilingual():
    """One item of each type in Vietnamese, English and Arabic."""
    document = with_arabic(every_type().model_dump(mode="json", exclude_none=True, exclude_defaults=True))
    return from_document(document | {"languages": ["vi", "en", "ar"]})


@pytest.fixture
def arabic(app):
    return open_link(app, asked=trilingual())


def unmarked(page):
    """Latin words that a reader meets on the page as if they were in its own language; the name of the house is one
    in every language."""
    found = []

    def walk(element, marked):
        marked = marked or (element.get("lang") or "ar") != "ar" or element.get("aria-hidden") == "true"
        for text, inside in ((element.text, marked), *((child.tail, marked) for child in element)):
            words = (text or "").replace("Hailong", "")
            if not inside and any("a" <= letter.lower() <= "z" for letter in words):
                found.append(" ".join(words.split()))
        for child in element:
            walk(child, marked)

    walk(page.tree.find("body"), False)
    return found


def test_the_page_is_written_from_right_to_left(visitor, arabic):
    page = visitor.get(f"/r/{arabic}?lang=ar").page
    assert (page.tree.get("lang"), page.tree.get("dir")) == ("ar", "rtl")
    assert page.title == "استمارة"
    assert visitor.get(f"/r/{arabic}?lang=vi").page.tree.get("dir") is None


def test_words_of_the_interface_say_that_they_are_english_and_which_way_they_run(visitor, arabic):
    page = visitor.get(f"/r/{arabic}?lang=ar").page
    (actions,) = page.of_class("actions")
    assert (actions.get("lang"), actions.get("dir")) == ("en", "ltr")
    assert unmarked(page) == []


@pytest.mark.parametrize("answers", [{}, {"choice": "2", "number": "x", "text": "9" * 30}])
def test_so_do_the_sentences_about_mistakes_and_the_thanks(visitor, arabic, answers):
    refused = visitor.post(f"/r/{arabic}", filled("trial@1", "ar", **answers))
    assert refused.status == 422
    assert unmarked(refused.page) == []
    stored = visitor.post(f"/r/{arabic}", filled("trial@1", "ar", choice="2"))
    assert stored.status == 201
    assert (stored.page.tree.get("dir"), unmarked(stored.page)) == ("rtl", [])


def test_what_is_set_apart_inside_those_words_keeps_its_own_direction(visitor, arabic):
    page = visitor.post(f"/r/{arabic}", filled("trial@1", "ar")).page
    (summary,) = page.of_class("summary")
    (said,) = [one for one in summary.iter("span") if one.get("lang") == "ar"]
    assert (said.text, said.get("dir")) == ("ما رأيك؟", "auto")


def test_the_third_language_is_switched_to_and_stored(visitor, app, arabic):
    sent = filled("trial@1", "vi", choice="1", text="Chào")
    switched = visitor.post(f"/r/{arabic}", sent | {"_switch": "ar"}).page
    assert (switched.tree.get("dir"), switched.checked("choice"), switched.value("text")) == (
        "rtl",
        ["1"],
        "Chào",
    )
    assert visitor.post(f"/r/{arabic}", sent | {"_language": "ar"}).status == 201
    assert responses(app)[0].language == "ar"


def test_each_language_is_offered_in_its_own_letters(visitor, arabic):
    buttons = visitor.get(f"/r/{arabic}?lang=ar").page.named("_switch")
    assert [button.text for button in buttons] == ["Tiếng Việt", "English", "العربية"]


def test_what_is_typed_is_stored_in_one_spelling(visitor, app, arabic):
    typed = "Nước Việt"
    for spelling in ("NFC", "NFD"):
        text = unicodedata.normalize(spelling, typed)
        assert visitor.post(f"/r/{arabic}", filled("trial@1", "vi", choice="1", text=text)).status == 201
    first, second = responses(app)
    assert first.answers["text"] == second.answers["text"] == typed
    assert unicodedata.is_normalized("NFC", second.answers["text"])
    assert first.answers_sha256 == second.answers_sha256


def test_the_same_answer_in_another_spelling_is_the_same_answer(visitor, app, arabic):
    sent = filled("trial@1", "vi", choice="1", text=unicodedata.normalize("NFC", "Đường Nguyễn"))
    again = sent | {"text": unicodedata.normalize("NFD", sent["text"])}
    assert [visitor.post(f"/r/{arabic}", one).status for one in (sent, again)] == [201, 200]
    assert len(responses(app)) == 1


@pytest.mark.parametrize(("typed", "kept"), [("7,5", "7.5"), ("7.5", "7.5"), (" 7 ", "7"), ("0,25", "0.25")])
def test_a_number_with_a_vietnamese_comma_is_understood(visitor, app, arabic, typed, kept):
    assert visitor.post(f"/r/{arabic}", filled("trial@1", "vi", choice="1", number=typed)).status == 201
    assert float(responses(app)[0].answers["number"]) == float(kept)
    assert "," not in responses(app)[0].answers["number"]


def test_a_date_is_kept_as_the_calendar_writes_it(visitor, app, arabic):
    assert visitor.post(f"/r/{arabic}", filled("trial@1", "ar", choice="1", day="2026-03-05")).status == 201
    assert responses(app)[0].answers["day"] == "2026-03-05"
