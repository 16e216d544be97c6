"""The list of waves."""

from __future__ import annotations

import pytest

from tests.auth.person import Person
from tests.pages import text_of
from tests.results.conftest import make_office


@pytest.mark.parametrize(
    ("language", "title", "survey", "release"),
    [
        ("en", "Wave 2026 <try & test>", "Citizens", "Release 1 of 15 April 2026"),
        ("vi", "Đợt năm 2026 <thử & nghiệm>", "Người dân", "Lần công bố thứ 1, ngày 15/04/2026"),
    ],
)
def test_every_released_wave_stands_there(evaluator, language, title, survey, release):
    page = evaluator.get(f"/results/?lang={language}").page

    entries = [text_of(entry) for entry in page.all(".//main//li")]
    assert entries[1] == f"{title} {survey} {release}"
    assert [link.get("href") for link in page.all(".//main//li/a")] == [
        "/results/citizens/2027/",
        "/results/citizens/2026/",
    ]


def test_before_the_first_release_the_page_says_so(tmp_path, migrated_file):
    person = Person(make_office(tmp_path, migrated_file).test_client())
    person.sign_in()

    assert "No wave has been released yet." in person.get("/results/?lang=en").page.text


def test_nobody_keeps_a_copy_of_the_page(evaluator):
    assert evaluator.get("/results/").headers["Cache-Control"] == "no-store"
