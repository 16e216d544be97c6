"""The same form in a browser that runs no script."""

from __future__ import annotations

import pytest

from surveys.loading import load, shipped
from tests.browser.conftest import TABLET, check
from tests.respond.instruments import three_sections

pytestmark = pytest.mark.browser


def test_one_page_is_answered_without_script(site, open_page):
    with open_page(java_script_enabled=False) as page:
        link = site.link(asked=load(shipped()["sipas-2017-1"]))
        page.goto(f"{link}?lang=vi")
        page.wait_for_url(f"{link}/*-*?lang=vi")
        for group in page.locator("fieldset").all():
            group.get_by_role("radio").first.check()
        page.get_by_role("button", name="Gửi câu trả lời").click()
        page.wait_for_selector(".receipt")
        stored_under = page.url.split("/")[-1].split("?")[0]

    (stored,) = site.responses()
    assert stored.response_id == stored_under
    assert len(stored.answers) >= 22


def test_sections_are_answered_without_script(site, open_page):
    with open_page(java_script_enabled=False, viewport=TABLET) as page:
        link = site.link(asked=three_sections(), layout="sections")
        page.goto(f"{link}?lang=en")
        page.wait_for_url(f"{link}/*-*?lang=en")
        page.locator("#item-visited").get_by_label("Yes").check()
        page.get_by_role("button", name="Continue").click()
        page.wait_for_selector("#section-visit")
        page.locator("#item-seats").get_by_label("Good").check()
        page.get_by_role("button", name="Back").click()
        page.wait_for_selector("#section-start")
        assert page.locator("#item-visited").get_by_label("Yes").is_checked()
        page.get_by_role("button", name="Continue").click()
        page.wait_for_selector("#section-visit")
        assert page.locator("#item-seats").get_by_label("Good").is_checked()
        page.get_by_role("button", name="Continue").click()
        page.wait_for_selector("#section-end")
        page.get_by_role("button", name="Send my answers").click()
        page.wait_for_selector("#summary")
        assert page.title() == "Error: Part end – Trial form"
        assert page.evaluate("document.activeElement.id") == "summary"
        page.get_by_role("button", name="Tiếng Việt").click()
        page.wait_for_selector("text=Gửi câu trả lời")
        page.locator("#item-again").get_by_label("Có").check()
        page.get_by_role("button", name="Gửi câu trả lời").click()
        page.wait_for_selector(".receipt")

    assert site.responses()[0].answers == {"visited": "yes", "seats": "2", "again": "yes"}


def test_an_answer_that_does_not_apply_is_told_and_then_left_out(site, open_page):
    with open_page(java_script_enabled=False) as page:
        page.goto(f"{site.link()}?lang=en")
        page.wait_for_selector("text=only if it applies")
        page.locator("#item-visited").get_by_label("No").check()
        page.locator("#item-seats").get_by_label("Neither").check()
        page.get_by_role("button", name="Send my answers").click()
        page.wait_for_selector(".notice")
        check(page)
        page.get_by_role("button", name="Send my answers").click()
        page.wait_for_selector(".receipt")

    assert site.responses()[0].answers == {"visited": "no"}
