"""The form in a language written from right to left, in a real browser."""

from __future__ import annotations

import pytest

from tests.browser.conftest import TABLET, check
from tests.browser.test_axe import Place, Visit
from tests.respond.test_third_language import trilingual

pytestmark = pytest.mark.browser

NARROW = {"width": 320, "height": 640}

# Where the box of an option stands beside its words, and on which side the band of the place is.
SIDES = """
() => {
  const middle = (e) => { const b = e.getBoundingClientRect(); return b.left + b.width / 2; };
  const option = document.querySelector('.option');
  const place = getComputedStyle(document.querySelector('.place'));
  return {
    box: middle(option.querySelector('input')) > middle(option.querySelector('span')),
    band: parseFloat(place.borderRightWidth) > parseFloat(place.borderLeftWidth),
  };
}
"""


@pytest.mark.parametrize("viewport", [NARROW, TABLET], ids=["narrow", "wide"])
def test_everything_is_mirrored_nothing_runs_over_and_axe_finds_nothing(site, open_page, viewport):
    link = site.link(asked=trilingual())
    with open_page(viewport=viewport) as page:
        visit = Visit(page, Place("", {}, "", ""))
        page.goto(f"{link}?lang=vi")
        assert page.evaluate(SIDES) == {"box": False, "band": False}
        page.get_by_role("button", name="العربية").click()
        page.wait_for_selector("html[dir=rtl]")
        assert page.evaluate(SIDES) == {"box": True, "band": True}
        check(page)
        visit.look()
        page.locator(".go").click()
        page.locator(".summary").wait_for()
        visit.look()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.get_by_label("جيد").first.check()
        page.locator(".go").click()
        page.locator(".receipt").wait_for()
        visit.look()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert [one.language for one in site.responses()] == ["ar"]
