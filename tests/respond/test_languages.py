"""The form in more than one language, and every sentence in each of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import app as package
from app.messages import translations
from tests.respond.conftest import filled, open_link, responses
from tests.respond.instruments import item, made_of, section

ROOT = Path(package.__file__).parent
CATALOGUE = ROOT / "translations" / "vi" / "respond.po"
METHODS = [("answer_sentences.py", "python"), ("respond/**.py", "python"), ("templates/**.html", "jinja2")]


def test_another_language_keeps_the_answers(visitor, app, link):
    sent = filled(language="vi", polite="2", heard=["tv"], words="Chào")

    switched = visitor.post(f"/r/{link}", sent | {"_switch": "en"})

    assert switched.status == 200
    assert switched.headers["Cache-Control"] == "no-store"
    page = switched.page
    assert page.tree.get("lang") == "en"
    assert page.title == "Small form"
    assert page.checked("polite") == ["2"]
    assert page.checked("heard") == ["tv"]
    assert page.value("words") == "Chào"
    assert page.value("_id") == sent["_id"]
    assert page.value("_language") == "en"
    assert responses(app) == []


def test_each_language_is_offered_in_its_own_name_and_marked(visitor, link):
    buttons = visitor.get(f"/r/{link}?lang=vi").page.named("_switch")

    assert [(button.get("lang"), button.text) for button in buttons] == [
        ("vi", "Tiếng Việt"),
        ("en", "English"),
    ]
    assert [button.get("aria-current") for button in buttons] == ["true", None]


def test_the_language_of_the_answers_is_stored(visitor, app, link):
    visitor.post(f"/r/{link}", filled(language="en", polite="2"))

    assert responses(app)[0].language == "en"


def test_words_in_another_language_than_the_instrument_are_marked(visitor, app):
    asked = made_of(
        section("only", item("one", type="text", text={"fr": "Question ?"}), title={"fr": "Partie"}),
        languages=["fr"],
        title={"fr": "Questionnaire"},
    )
    link = open_link(app, asked=asked)

    page = visitor.get(f"/r/{link}").page

    assert page.tree.get("lang") == "fr"
    (actions,) = page.of_class("actions")
    assert actions.get("lang") == "en"
    (place,) = page.of_class("place")
    assert place.find("strong").get("lang") == "vi"
    assert visitor.post(f"/r/{link}", filled("trial@1", "fr", one="Oui")).status == 201


@pytest.fixture(scope="module")
def sentences():
    """Every sentence of the respondent's room and of every template, with where it stands."""
    found = extract_from_dir(
        ROOT,
        method_map=METHODS,
        options_map={"templates/**.html": {"silent": "false"}},
        keywords={"_": None},
        strip_comment_tags=True,
    )
    return {message: f"{place}:{line}" for place, line, message, *_ in found}


def test_every_sentence_has_its_vietnamese(sentences):
    spoken = translations("vi")

    assert len(sentences) > 60
    missing = {place: message for message, place in sentences.items() if spoken.gettext(message) == message}
    assert not missing


def test_the_catalogue_holds_no_sentence_that_is_never_said(sentences):
    with CATALOGUE.open("rb") as file:
        known = {message.id for message in read_po(file, locale="vi") if message.id}

    assert known <= set(sentences)


def test_a_translation_keeps_the_blanks_to_be_filled(sentences):
    with CATALOGUE.open("rb") as file:
        for message in read_po(file, locale="vi"):
            names = re.findall(r"%\((\w+)\)s", message.id or "")
            assert sorted(re.findall(r"%\((\w+)\)s", message.string)) == sorted(names)
