"""The monitoring page renews itself in place: nothing jumps, focus stays, and a button pauses it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from app import clock
from app.models import Collector
from app.services import accounts, fieldwork, responding
from tests.auth.person import EMAIL, PASSWORD
from tests.browser.conftest import TABLET, check
from tests.factories import make_collectors, make_wave, submission

pytestmark = pytest.mark.browser

PAGE = "/office/citizens/2026/monitoring?lang=en"
WIDTHS = (320, 390, 768, 1280)


@pytest.fixture
def field(site):
    """Sends an answer to one of sixty places, and says how many have come."""
    with site.app.app_context():
        accounts.create_user(EMAIL, "Lan", PASSWORD, role="administrator")
        wave = make_wave()
        places = ["north-1", "north-2", "south-1"] * 20
        numbers = [one.id for one in make_collectors(wave, *places, mode="kiosk")]
        fieldwork.open_wave(wave)

    def answer():
        with site.app.app_context():
            now = clock.now()
            responding.submit(
                submission(
                    site.app.extensions["sqlalchemy"].session.get(Collector, numbers[0]),
                    started_at=now,
                    submitted_at=now,
                    received_at=now,
                )
            )

    return answer


def opened(site, page, path=PAGE):
    """The page for somebody who is signed in, its clock in our hands."""
    page.clock.install()
    page.goto(f"{site.address}/sign-in")
    page.locator("[name=email]").fill(EMAIL)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main button").click()
    page.wait_for_url("**/results/")
    page.goto(site.address + path)
    page.locator("#pause:not([hidden])").wait_for()


def counted(page):
    return page.locator(".tiles dd").first.inner_text()


def half_a_minute(page):
    with page.expect_response(lambda got: "/monitoring" in got.url):
        page.clock.run_for(30_500)


def test_new_answers_appear_in_place(site, open_page, field):
    with open_page(viewport=TABLET) as page:
        opened(site, page)
        assert counted(page) == "0"
        next_places = page.get_by_role("link", name="Next places")
        next_places.focus()
        page.evaluate("document.querySelector('.hours').closest('.scroll').scrollLeft = 40")
        page.evaluate("window.kept = [...document.querySelectorAll('#live :is(.tiles, .places) *')]")
        before = next_places.bounding_box()
        field()
        half_a_minute(page)
        expect(page.locator(".tiles dd").first).to_have_text("1")
        assert page.evaluate("document.activeElement.rel") == "next"
        assert next_places.bounding_box() == before
        assert page.evaluate("window.kept.every((one) => one.isConnected)")
        check(page)


def test_a_press_pauses_it_and_another_goes_on(site, open_page, field):
    with open_page(viewport=TABLET) as page:
        opened(site, page)
        page.get_by_role("button", name="Pause").click()
        assert page.locator("#live-state").inner_text() == "Paused."
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        field()
        page.clock.run_for(120_000)
        assert (asked, counted(page)) == ([], "0")
        page.get_by_role("button", name="Go on").click()
        expect(page.locator(".tiles dd").first).to_have_text("1")
        assert page.locator("#live-state").inner_text() == ""


def test_a_server_that_does_not_answer_is_said_and_tried_again(site, open_page, field):
    with open_page(viewport=TABLET) as page:
        opened(site, page)
        page.route("**/monitoring*", lambda route: route.fulfill(status=404, body="gone"))
        half_a_minute(page)
        page.get_by_text("The server did not answer").wait_for()
        assert counted(page) == "0"
        page.unroute_all()
        field()
        half_a_minute(page)
        expect(page.locator(".tiles dd").first).to_have_text("1")
        assert page.locator("#live-state").inner_text() == ""


def test_without_script_it_is_a_plain_page(site, open_page, field):
    field()
    with open_page(java_script_enabled=False) as page:
        page.goto(f"{site.address}/sign-in")
        page.locator("[name=email]").fill(EMAIL)
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("main button").click()
        page.goto(site.address + PAGE)
        assert counted(page) == "1"
        assert not page.locator("#pause").is_visible()


def test_nothing_runs_over_the_edge_at_any_width(site, open_page, field):
    field()
    with open_page(viewport=TABLET) as page:
        opened(site, page)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            small = page.evaluate(
                "[...document.querySelectorAll('main :is(a, button, input, select)')].filter((e) => e.checkVisibility()"
                " && e.getBoundingClientRect().height < 24 && !e.closest('li, p')).map((e) => e.outerHTML)"
            )
            assert small == []
