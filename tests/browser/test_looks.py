"""What can be measured of the looks: nothing runs off the page, targets are large, colours are legible."""

from __future__ import annotations

import pytest

from surveys.loading import load, shipped
from tests.browser.conftest import TABLET
from tests.respond.instruments import every_type

pytestmark = pytest.mark.browser

NARROW = {"width": 320, "height": 640}


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(
    "viewport", [NARROW, {"width": 390, "height": 844}, {"width": 768, "height": 1024}, TABLET]
)
def test_nothing_runs_off_the_page(site, open_page, language, viewport):
    with open_page(viewport=viewport) as page:
        page.goto(f"{site.link(asked=load(shipped()['sipas-2023-1']))}?lang={language}")
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
        wide = page.evaluate(
            "w => [...document.querySelectorAll('main *, footer *')]"
            ".filter(e => e.getClientRects().length && e.getBoundingClientRect().right > w + 0.5).length",
            viewport["width"],
        )
        assert wide == 0


def test_every_target_is_large_enough_for_a_thumb(site, open_page):
    with open_page(viewport=NARROW) as page:
        page.goto(f"{site.link(asked=every_type(), layout='sections')}?lang=vi")
        small = page.evaluate(
            "[...document.querySelectorAll('.option, button, textarea, .item > input, summary')]"
            ".filter(e => e.checkVisibility() && !e.classList.contains('unseen'))"
            ".filter(e => e.getBoundingClientRect().height < 44).map(e => e.outerHTML)"
        )
        assert small == []


CONTRAST = """
() => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parts(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !element.checkVisibility()) continue;
    const [a, b] = [light(parts(getComputedStyle(element).color)), light(behind(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) found.push(`${ratio.toFixed(2)} ${walk.currentNode.data.trim().slice(0, 40)}`);
  }
  return found;
}
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_is_legible(site, open_page, scheme):
    """WCAG 1.4.3: a contrast of 4.5 to 1, before and after a mistake, and on the thank-you page."""
    with open_page(color_scheme=scheme) as page:
        page.goto(f"{site.link(asked=every_type())}?lang=vi")
        assert page.evaluate(CONTRAST) == []
        page.get_by_role("button", name="Gửi câu trả lời").click()
        page.wait_for_selector("#summary")
        page.locator("#item-choice").get_by_label("Tốt").check()
        page.wait_for_timeout(300)  # the tint of a chosen answer comes in over an eighth of a second
        assert page.evaluate(CONTRAST) == []
        page.get_by_role("button", name="Gửi câu trả lời").click()
        page.wait_for_selector(".receipt")
        assert page.evaluate(CONTRAST) == []


def test_the_keyboard_is_enough_and_its_place_is_seen(site, open_page):
    with open_page() as page:
        page.goto(f"{site.link(asked=every_type())}?lang=vi")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
        page.keyboard.press("Enter")
        while page.evaluate("document.activeElement.name") != "choice":
            page.keyboard.press("Tab")
        assert (
            page.evaluate("getComputedStyle(document.activeElement.closest('.option')).outlineStyle")
            == "solid"
        )
        page.keyboard.press("ArrowDown")
        assert page.locator("[name=choice]").nth(1).is_checked()
        while page.evaluate("document.activeElement.id") != "send":
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_selector(".receipt")

    assert site.responses()[0].answers == {"choice": "2"}
