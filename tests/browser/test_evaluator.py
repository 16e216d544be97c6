"""The evaluator in a browser: signs in, reads table and chart at every width, and takes a workbook away."""

from __future__ import annotations

import pytest
from openpyxl import load_workbook

from app.extensions import db
from tests.auth.person import EMAIL, PASSWORD
from tests.browser.conftest import TABLET, check
from tests.browser.test_looks import CONTRAST
from tests.results.conftest import make_office, release_wave

pytestmark = pytest.mark.browser

WAVE = "/results/citizens/2026/"
WIDTHS = (320, 390, 768, 1280)

# Texts, dots and lines of the chart against the card behind them; 1.4.3 asks 4.5 to 1 of text, 1.4.11 asks 3 of shapes.
CHART_CONTRAST = """
() => {
  const parts = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).map(Number);
  const light = (colour) => {
    const [x, y, z] = parts(colour).map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const card = light(getComputedStyle(document.querySelector('.picture')).backgroundColor);
  const found = [];
  const measure = (selector, property, least) => {
    const elements = [...document.querySelectorAll(selector)].filter((e) => e.checkVisibility());
    if (!elements.length) found.push(`nothing is ${selector}`);
    for (const element of elements) {
      const ink = light(getComputedStyle(element)[property]);
      if ((Math.max(ink, card) + 0.05) / (Math.min(ink, card) + 0.05) < least) found.push(selector);
    }
  };
  measure('.chart text', 'fill', 4.5);
  measure('.chart .whisker', 'stroke', 3);
  measure('.chart .dot', 'fill', 3);
  measure('.chart .hollow', 'stroke', 3);
  measure('.chart line.reference', 'stroke', 3);
  return found;
}
"""


@pytest.fixture(scope="module")
def office(tmp_path_factory, migrated_file):
    """An office with a released wave."""
    made = make_office(tmp_path_factory.mktemp("office"), migrated_file)
    with made.app_context():
        release_wave(answered={"north-1": (8, 5), "north-2": (2, 2), "north-3": (8, 6), "south-1": (1, 12)})
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture
def app(office):
    """What `site` serves."""
    return office


def sign_in(page, site, language="vi"):
    page.goto(f"{site.address}{WAVE}?lang={language}")
    page.fill("#email", EMAIL)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("table")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_nothing_runs_off_the_page_at_any_width(site, open_page, language):
    with open_page() as page:
        for address in (f"/sign-in?lang={language}", "/results/", WAVE, f"{WAVE}?branch=north"):
            if address == "/results/":
                sign_in(page, site, language)
            page.goto(f"{site.address}{address}")
            check(page)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 800})
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (address, width)


def test_one_layout_of_the_chart_is_there_at_any_width(site, open_page):
    with open_page() as page:
        sign_in(page, site)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            seen = [
                chart.get_attribute("class")
                for chart in page.locator("svg.chart").all()
                if chart.is_visible()
            ]
            assert seen == [f"chart {'wide' if width >= 768 else 'narrow'}"]
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 390, "height": 800})
        assert page.locator("svg.chart.wide").is_visible()
        assert not page.locator("svg.chart.narrow").is_visible()


def test_texts_of_the_chart_do_not_cover_each_other(site, open_page):
    with open_page() as page:
        sign_in(page, site)
        page.goto(f"{site.address}{WAVE}?branch=north")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            assert (
                page.evaluate(
                    """() => {
                      const boxes = [...document.querySelectorAll('.chart text')]
                        .filter((e) => e.checkVisibility()).map((e) => [e.textContent, e.getBoundingClientRect()]);
                      const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1
                        && a.top < b.bottom - 4 && b.top < a.bottom - 4;
                      return boxes.flatMap(([t, a], i) =>
                        boxes.slice(i + 1).filter(([, b]) => meet(a, b)).map(([u]) => `${t} / ${u}`));
                    }"""
                )
                == []
            ), width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_and_shape_is_legible(site, open_page, scheme):
    with open_page(color_scheme=scheme, viewport=TABLET) as page:
        page.goto(f"{site.address}/sign-in")
        page.click("main button")
        page.wait_for_selector(".summary")
        assert page.evaluate(CONTRAST) == []
        sign_in(page, site)
        assert page.evaluate(CONTRAST) == []
        assert page.evaluate(CHART_CONTRAST) == []


def test_the_first_thing_after_a_mistake_is_what_went_wrong(site, open_page):
    with open_page() as page:
        page.goto(f"{site.address}/sign-in?lang=en")
        page.click("main button")
        page.wait_for_selector(".summary")
        assert page.evaluate("document.activeElement.className") == "summary"
        page.click("text=Enter your password.")
        assert page.evaluate("document.activeElement.id") == "password"


def test_the_keyboard_moves_the_table_on_a_phone(site, open_page):
    with open_page() as page:
        sign_in(page, site)
        page.locator(".scroll").focus()
        # Scrolling is animated, so it may take a few presses until it is seen. (`wait_for_function` would evaluate
        # text, which the page's content policy forbids.)
        moved = 0
        for _ in range(50):
            page.keyboard.press("ArrowRight")
            moved = page.locator(".scroll").evaluate("element => element.scrollLeft")
            if moved:
                break
            page.wait_for_timeout(50)
        assert moved > 0
        name = page.locator("tbody th").first
        assert name.bounding_box()["x"] >= 0


def test_a_workbook_is_taken_away_and_opens(site, open_page, tmp_path):
    with open_page(viewport=TABLET) as page:
        sign_in(page, site, "en")
        with page.expect_download() as waiting:
            page.click("text=Download the workbook: All agencies")
        assert waiting.value.suggested_filename == "citizens-2026-whole.xlsx"
        kept = tmp_path / "whole.xlsx"
        waiting.value.save_as(kept)

    book = load_workbook(kept)
    assert len(book.sheetnames) >= 7
    book.close()


def test_the_way_out(site, open_page):
    with open_page(viewport=TABLET) as page:
        sign_in(page, site, "en")
        page.click("text=Sign out")
        page.wait_for_url("**/sign-in")
        page.go_back()
        page.wait_for_load_state()
        assert page.locator("table").count() == 0
