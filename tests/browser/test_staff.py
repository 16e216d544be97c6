"""Staff in a real browser: the secret is made, kept, shared by two tabs, and survives lost replies."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from app.extensions import db
from app.models import Response
from app.services.staff.inviting import pool_of
from tests.browser.conftest import TABLET, check
from tests.services.staff.conftest import collector_id, make_staff_wave

pytestmark = pytest.mark.browser


@pytest.fixture
def invited(site):
    """Addresses of three invitations, and a count of the answers that wait."""
    with site.app.app_context():
        staff = make_staff_wave({"law": 12})
        made = staff.made

    def waiting():
        with site.app.app_context():
            assert db.session.query(Response).count() == 0
            return pool_of(collector_id(made[0].collector_code)).count()

    return [f"{site.address}/s/{one.collector_code}?lang=en#{one.token}" for one in made[:3]], waiting


def begin(page, address):
    page.goto(address)
    page.get_by_role("button", name="Begin").click()
    page.get_by_label("Yes").wait_for()


def fill(page):
    page.get_by_label("Yes").check()
    page.locator("#item-polite").get_by_label("Very satisfied", exact=True).check()


def send(page):
    page.get_by_role("button", name="Send my answers").click()
    page.get_by_role("heading", name="Thank you").wait_for()


def test_an_invitation_becomes_one_answer(open_page, invited):
    (address, *_others), waiting = invited
    with open_page() as page:
        begin(page, address)
        assert "#" not in page.url
        fill(page)
        send(page)
        assert waiting() == 1
        check(page)


def test_whoever_opens_it_again_is_thanked_and_answers_no_second_time(open_page, invited):
    (address, *_others), waiting = invited
    with open_page() as page:
        begin(page, address)
        fill(page)
        send(page)
        page.goto("about:blank")
        page.goto(address)
        page.get_by_role("button", name="Begin").click()
        page.get_by_role("heading", name="Thank you").wait_for()
        assert waiting() == 1


def test_another_browser_is_told_where_to_go_on(open_page, invited):
    (address, *_others), waiting = invited
    with open_page() as page:
        begin(page, address)
    with open_page() as page:
        page.goto(address)
        page.get_by_role("button", name="Begin").click()
        page.get_by_text("begun in another browser").wait_for()
    assert waiting() == 0


def test_two_tabs_share_one_secret_and_keep_one_answer(chromium, invited):
    (address, *_others), waiting = invited
    context = chromium.new_context()
    tabs = [context.new_page() for _ in range(2)]
    for tab in tabs:
        tab.goto(address)
    for tab in tabs:
        tab.get_by_role("button", name="Begin").click()
    for tab in tabs:
        tab.get_by_label("Yes").wait_for()
        fill(tab)
    for tab in tabs:
        send(tab)
    context.close()
    assert waiting() == 1


@pytest.mark.parametrize("end", ["redeem", "answers"])
def test_a_reply_that_is_lost_costs_nothing(chromium, invited, end):
    (address, *_others), waiting = invited
    lost = []

    def lose_first(route):
        if lost:
            return route.continue_()
        lost.append(route.fetch().status)
        return route.abort()

    page = chromium.new_context().new_page()
    page.route(f"**/{end}?*", lose_first)
    page.goto(address)
    if end == "redeem":
        page.get_by_role("button", name="Begin").click()
        page.get_by_text("connection was lost").wait_for()
    page.get_by_role("button", name="Begin").click()
    page.get_by_label("Yes").wait_for()
    fill(page)
    page.get_by_role("button", name="Send my answers").click()
    page.get_by_role("heading", name="Thank you").wait_for(timeout=15_000)
    page.context.close()
    assert lost == [200 if end == "redeem" else 201]
    assert waiting() == 1


def test_a_tab_that_is_closed_goes_on_where_it_was(chromium, invited):
    (address, *_others), waiting = invited
    context = chromium.new_context()
    page = context.new_page()
    begin(page, address)
    page.close()
    page = context.new_page()
    begin(page, address)
    fill(page)
    send(page)
    context.close()
    assert waiting() == 1


def test_the_language_is_switched_without_losing_answers(open_page, invited):
    (address, *_others), waiting = invited
    with open_page() as page:
        begin(page, address)
        fill(page)
        page.get_by_role("link", name="Tiếng Việt").click()
        page.locator("#item-polite input:checked").wait_for()
        assert page.locator("html").get_attribute("lang") == "vi"
        page.locator("#send").click()
        page.locator("#thanks-title").wait_for()
        assert waiting() == 1


def test_what_does_not_apply_is_not_sent(open_page, invited):
    (address, *_others), waiting = invited
    with open_page() as page:
        begin(page, address)
        page.get_by_label("No", exact=True).check()
        page.locator("#item-seats").wait_for(state="hidden")
        send(page)
        assert waiting() == 1


@pytest.mark.parametrize("viewport", [{"width": 320, "height": 640}, {"width": 768, "height": 1024}, TABLET])
def test_no_barrier_is_found_on_the_promise_the_form_and_the_thanks(open_page, invited, viewport):
    (address, *_others), _waiting = invited
    with open_page(viewport=viewport, bypass_csp=True) as page:
        for step in (
            lambda: page.goto(address),
            lambda: begin(page, address),
            lambda: (fill(page), send(page)),
        ):
            step()
            found = Axe().run(page)
            assert not found.response["violations"], found.generate_report()
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
