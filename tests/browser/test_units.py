"""The evaluator looks at the units of a staff wave, on a telephone, a tablet and a desk."""

from __future__ import annotations

import os

import pytest
from axe_playwright_python.sync_playwright import Axe

from app.extensions import db
from tests.auth.person import EMAIL, PASSWORD
from tests.browser.conftest import TABLET, check
from tests.browser.test_looks import CONTRAST
from tests.results.conftest import make_office
from tests.services.staff.released import make_frozen_wave, release

pytestmark = pytest.mark.browser

UNITS = "/results/culture/2026/units/"
PLACES = ("", "law/", "law-1/?by=age", "rail/")
WIDTHS = (320, 390, 768, 1280)


@pytest.fixture(scope="module")
def office(tmp_path_factory, migrated_file):
    """Two released waves of staff."""
    made = make_office(tmp_path_factory.mktemp("office"), migrated_file)
    with made.app_context():
        release(make_frozen_wave("2025", seed=5))
        release(make_frozen_wave("2026", seed=6, gladness=0.4))
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture
def app(office):
    """What `site` serves."""
    return office


def sign_in(page, site, language="vi"):
    page.goto(f"{site.address}{UNITS}?lang={language}")
    page.fill("#email", EMAIL)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("table")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_nothing_runs_off_the_page_at_any_width(site, open_page, language):
    with open_page() as page:
        sign_in(page, site, language)
        for place in PLACES:
            page.goto(f"{site.address}{UNITS}{place}")
            check(page)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 800})
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (place, width)
                if folder := os.environ.get("LOOK"):
                    name = place.strip("/").replace("/?", "-") or "whole"
                    page.screenshot(path=f"{folder}/{language}-{name}-{width}.png", full_page=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_every_text_is_legible(site, open_page, scheme):
    with open_page(color_scheme=scheme, viewport=TABLET) as page:
        sign_in(page, site)
        for place in PLACES:
            page.goto(f"{site.address}{UNITS}{place}")
            assert page.evaluate(CONTRAST) == []
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()


def test_an_evaluator_goes_down_to_a_unit_and_chooses_a_table(site, open_page):
    with open_page() as page:
        sign_in(page, site, "en")
        page.click("text=Ministry of Tests")
        page.click("text=Law Department")
        assert page.locator("h1").inner_text() == "Law Department"
        page.select_option("#by", "age")
        page.click("form.choice button")
        assert page.locator("#by").input_value() == "age"
        assert "by=age" in page.url
