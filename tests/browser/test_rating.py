"""Choosing an agency in a browser: with script, where other questions hang on it, and without."""

from __future__ import annotations

import pytest

from tests.browser.conftest import check
from tests.respond.instruments import item, made_of, section

pytestmark = pytest.mark.browser


def rating():
    unit = item("unit", type="rated_agency", role="screening", agencies="others")
    return made_of(section("unit", unit, item("why", type="text", show_if="unit != ''")))


def test_choosing_an_agency_shows_what_hangs_on_it(site, open_page):
    with open_page(viewport={"width": 320, "height": 640}) as page:
        page.goto(f"{site.link(asked=rating())}?lang=en")
        page.wait_for_selector("#item-why", state="hidden")
        page.get_by_label("Question unit?").select_option(label="South One")
        page.wait_for_selector("#item-why", state="visible")
        check(page)
        box = page.locator("select").bounding_box()
        assert box["height"] >= 48
        assert box["x"] + box["width"] <= 320
        page.locator("#item-why textarea").fill("Quick")
        page.get_by_role("button", name="Send my answers").click()
        page.wait_for_selector(".receipt")

    assert site.responses()[0].answers == {"unit": "south-1", "why": "Quick"}


def test_an_agency_is_chosen_without_script(site, open_page):
    with open_page(java_script_enabled=False) as page:
        link = site.link(asked=rating())
        page.goto(f"{link}?lang=vi")
        page.wait_for_url(f"{link}/*-*?lang=vi")
        page.locator("select[name=unit]").select_option("north-2")
        page.get_by_role("button", name="Gửi câu trả lời").click()
        page.wait_for_selector(".receipt")

    assert site.responses()[0].answers == {"unit": "north-2"}
