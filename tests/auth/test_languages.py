"""The language of the pages behind the sign-in: chosen, kept, and offered on every page."""

from __future__ import annotations

import pytest

from tests.auth.person import Person


def language(answer):
    return answer.page.tree.get("lang")


@pytest.mark.parametrize(
    ("wanted", "spoken"),
    [("vi", "vi"), ("en-GB,en;q=0.9", "en"), ("fr", "vi"), ("fr, en;q=0.5", "en"), ("", "vi")],
)
def test_the_browser_says_it_first(person, wanted, spoken):
    answer = person.get("/sign-in", headers={"Accept-Language": wanted})

    assert language(answer) == spoken
    assert answer.page.title == {"vi": "Đăng nhập – Hailong", "en": "Sign in – Hailong"}[spoken]


def test_a_choice_in_the_address_is_kept(person):
    person.get("/sign-in?lang=en")

    assert language(person.get("/sign-in", headers={"Accept-Language": "vi"})) == "en"


def test_it_is_kept_through_signing_in_and_out(person):
    person.sign_in(path="/sign-in?lang=en")
    assert language(person.get("/results/")) == "en"

    person.sign_out()
    assert language(person.get("/sign-in")) == "en"


@pytest.mark.parametrize("unknown", ["fr", "", "EN", "en\x00", "../en"])
def test_a_language_that_is_not_spoken_changes_nothing(person, unknown):
    person.get("/sign-in?lang=en")

    assert language(person.get("/sign-in", query_string={"lang": unknown})) == "en"


def test_a_kept_language_that_is_not_spoken_is_passed_over(person):
    with person.client.session_transaction() as session:
        session["language"] = "xx"

    assert language(person.get("/sign-in")) == "vi"


def test_every_page_offers_each_language_and_marks_its_own(person):
    page = person.get("/sign-in?lang=en&next=/results/").page

    links = {link.get("hreflang"): link for link in page.all(".//nav/a")}
    assert {code: "".join(link.itertext()) for code, link in links.items()} == {
        "vi": "Tiếng Việt",
        "en": "English",
    }
    assert [code for code, link in links.items() if link.get("aria-current")] == ["en"]


def test_changing_the_language_keeps_where_one_wanted_to_go(person):
    page = person.get("/sign-in?next=/results/?a=1").page

    (english,) = [link for link in page.all(".//nav/a") if link.get("hreflang") == "en"]
    assert person.get(english.get("href")).page.all(".//nav/a")
    assert person.sign_in(path=english.get("href")).location == "/results/?a=1"


def test_words_of_the_address_cannot_lead_the_links_away(app):
    page = Person(app.test_client()).get("/sign-in?_scheme=javascript&_external=1&_anchor=x&endpoint=y").page

    assert all(link.get("href").startswith("/sign-in?") for link in page.all(".//nav/a"))
