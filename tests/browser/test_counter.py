"""Save and resume, slips, interviewers and paper entry in a real browser; axe-core finds nothing wrong."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from sqlalchemy import select

from app.extensions import db, transaction
from app.models import Interview
from app.queries.collectors import get_collector
from app.services import accounts, fieldwork, interviewers, paper, slips
from tests.auth.person import EMAIL, PASSWORD
from tests.browser.conftest import TABLET, check
from tests.factories import make_collectors, make_open_wave, make_wave
from tests.respond.instruments import three_sections

pytestmark = pytest.mark.browser

NARROW = {"width": 320, "height": 640}


def faultless(page):
    """The document as it stands passes our own checks and axe-core's rules, and nothing runs over the edge."""
    check(page)
    page.wait_for_timeout(200)  # colours fade in
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"][:200] for node in one["nodes"][:3]]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def sign_in(site, page):
    with site.app.app_context():
        accounts.create_user(EMAIL, "Lan", PASSWORD, role="administrator")
    page.goto(f"{site.address}/sign-in")
    page.locator("[name=email]").fill(EMAIL)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main button").click()
    page.wait_for_url("**/results/")


def test_answers_saved_on_one_device_are_sent_from_another(site, open_page):
    link = site.link(asked=three_sections(), layout="sections")
    with open_page() as page:
        page.goto(f"{link}?lang=vi")
        page.locator("#item-visited").get_by_label("Có").check()
        page.get_by_role("button", name="Tiếp tục").click()
        page.locator("#item-seats").get_by_label("Tốt").check()
        faultless(page)
        page.get_by_role("button", name="Lưu để làm tiếp sau").click()
        page.wait_for_selector(".big-code")
        faultless(page)
        code = page.locator(".big-code strong").inner_text()
        assert page.context.cookies() == []

    with open_page(viewport=NARROW) as page:
        page.goto(f"{link}?lang=en")
        page.get_by_role("link", name="Go on with answers put aside").click()
        faultless(page)
        page.locator("#code").fill("wrong")
        page.keyboard.press("Enter")
        page.wait_for_selector("#code-error")
        faultless(page)
        page.locator("#code").fill(code.replace("-", " ").lower())
        page.keyboard.press("Enter")
        page.wait_for_selector("#item-seats")
        # In the section where it was left, with what was said before still there.
        assert page.locator("#item-seats").get_by_label("Good").is_checked()
        page.get_by_role("button", name="Continue").click()
        page.locator("#item-again").get_by_label("Yes").check()
        page.get_by_role("button", name="Send my answers").click()
        page.wait_for_selector(".receipt")
        assert page.context.cookies() == []

    (response,) = site.responses()
    assert response.answers == {"visited": "yes", "seats": "2", "again": "yes"}
    with open_page() as page:
        page.goto(f"{link}/resume")
        page.locator("#code").fill(code)
        page.keyboard.press("Enter")
        page.wait_for_selector("#code-error")


def test_without_script_answers_are_saved_and_resumed_too(site, open_page):
    link = site.link()
    with open_page(java_script_enabled=False) as page:
        page.goto(f"{link}?lang=en")
        page.wait_for_selector("#item-polite")
        page.locator("#item-polite").get_by_label("Neither").check()
        page.get_by_role("button", name="Save and go on elsewhere").click()
        code = page.locator(".big-code strong").inner_text()
    with open_page(java_script_enabled=False) as page:
        page.goto(f"{link}/resume?lang=en")
        page.locator("#code").fill(code)
        page.get_by_role("button", name="Continue").click()
        assert page.locator("#item-polite").get_by_label("Neither").is_checked()
        page.get_by_role("button", name="Send my answers").last.click()
        page.wait_for_selector(".receipt")
    assert [one.answers for one in site.responses()] == [{"polite": "2"}]


def test_a_slip_opens_the_form_keeps_through_a_change_of_language_and_counts_once(site, open_page):
    link = site.link()
    with site.app.app_context():
        (sheet,) = slips.make_sheets(get_collector(link.rsplit("/", 1)[1]))
    with open_page(viewport=NARROW) as page:
        page.goto(f"{link}?lang=en")
        faultless(page)
        page.locator("#code").fill(f" {sheet.codes[0][:4].lower()} {sheet.codes[0][4:].lower()}")
        page.keyboard.press("Enter")
        page.wait_for_selector("#item-polite")
        page.get_by_role("button", name="Tiếng Việt").click()
        page.wait_for_selector("text=Lịch sự")
        page.locator("#item-polite").get_by_label("Bình thường").check()
        page.get_by_role("button", name="English").click()
        page.wait_for_selector("text=Polite")
        page.get_by_role("button", name="Send my answers").click()
        page.wait_for_selector(".receipt")
        page.goto(f"{link}?lang=en&slip={sheet.codes[0]}")
        assert "has been used" in page.locator("#code-error").inner_text()
    assert [one.state for one in site.responses()] == ["counted"]


def test_an_interviewer_types_the_code_once_for_many_interviews(site, open_page):
    with site.app.app_context():
        interviewers.add("L07", "Lan")
        wave = make_wave()
        link = f"{site.address}/r/{make_collectors(wave, mode='interviewer')[0].code}"
        fieldwork.open_wave(wave)
    with open_page() as page:
        page.goto(f"{link}?lang=en")
        page.wait_for_selector("#code")
        faultless(page)
        page.locator("#code").fill("l07")
        page.keyboard.press("Enter")
        for _ in range(2):
            page.wait_for_selector("#interviewer:not([hidden])")
            assert page.locator("#interviewer strong").inner_text() == "L07"
            page.locator("#item-polite").get_by_label("Neither").check()
            page.get_by_role("button", name="Send my answers").click()
            page.wait_for_selector(".receipt")
            page.get_by_role("link", name="Begin the next interview").click()
        # Without the code in the address it is remembered for this tab.
        page.goto(f"{link}?lang=en")
        page.wait_for_selector("#interviewer:not([hidden])")
        faultless(page)
    assert len(site.responses()) == 2
    with site.app.app_context():
        assert len(list(db.session.scalars(select(Interview)))) == 2
    with open_page() as page:
        page.goto(f"{link}?lang=en")
        page.wait_for_selector("#code")


def test_a_paper_form_is_typed_without_a_mouse(site, open_page):
    with site.app.app_context():
        wave, _collectors = make_open_wave()
        address = f"{site.address}/office/{wave.survey.code}/{wave.code}/paper/1/"
    with open_page(viewport=TABLET) as page:
        sign_in(site, page)
        page.goto(f"{address}?lang=en&language=en")
        keys = page.keyboard
        faultless(page)

        assert page.evaluate("document.activeElement.name") == "_number"
        keys.press("Enter")
        assert page.evaluate("document.activeElement.name") == "_number"
        keys.type("0012")
        keys.press("Enter")
        # `seats` is asked of those who visited only: it is passed over, and comes when it is.
        keys.type("2")
        keys.press("Enter")
        assert page.evaluate("document.activeElement.name") == "polite"
        keys.press("Backspace")
        assert page.evaluate("document.activeElement.name") == "visited"
        keys.type("1")
        assert "Yes" in page.locator("[data-code=visited] .on").inner_text()
        keys.press("Enter")
        assert page.evaluate("document.activeElement.name") == "seats"
        keys.type("7")
        keys.press("Enter")
        assert page.locator("#said-seats").inner_text() == "No box has this key."
        assert page.evaluate("document.activeElement.name") == "seats"
        faultless(page)
        keys.press("Backspace")
        keys.type("3")
        keys.press("Enter")
        keys.press("Enter")
        keys.type("na")
        keys.press("Enter")
        keys.type("1 2")
        keys.press("Enter")
        keys.type("Chờ lâu")
        keys.press("Enter")
        assert page.evaluate("document.activeElement.id") == "save"
        keys.press("Enter")
        page.wait_for_selector(".done")
        assert "Form 12 is stored." in page.locator(".done").inner_text()
        assert page.evaluate("document.activeElement.name") == "_number"
        faultless(page)
    (response,) = site.responses()
    assert response.mode == "paper"
    assert response.answers == {
        "visited": "yes",
        "seats": "3",
        "result": "na",
        "heard": ["tv", "net"],
        "words": "Chờ lâu",
    }


def test_the_offices_pages_are_faultless_on_a_narrow_and_a_wide_screen(site, open_page):
    with site.app.app_context():
        wave, (collector,) = make_open_wave()
        slips.make_sheets(collector)
        interviewers.add("L07", "Trần Thị Ỷ")
        with transaction():
            wave.double_entry = True
        base = f"{site.address}/office/{wave.survey.code}/{wave.code}"
    with open_page(viewport=TABLET) as page:
        sign_in(site, page)
        for width in (320, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            for path in ("print/", "paper/", "paper/1/", "interviewers/"):
                page.goto(f"{base}/{path}?lang=vi")
                faultless(page)


def test_a_dispute_is_decided_by_keyboard(site, open_page):
    with site.app.app_context():
        wave, (collector,) = make_open_wave()
        with transaction():
            wave.double_entry = True
        for name, polite in (("minh", "1"), ("hoa", "2")):
            user = accounts.create_user(f"{name}@office.vn", name, PASSWORD, role="administrator")
            paper.enter(collector, "5", {"polite": [polite]}, language="vi", user_id=user.id)
        address = f"{site.address}/office/{wave.survey.code}/{wave.code}/paper/"
    with open_page() as page:
        sign_in(site, page)
        page.goto(f"{address}?lang=vi")
        page.get_by_role("link", name="Phiếu 5").click()
        faultless(page)
        page.locator("[name=polite]").first.focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url("**/paper/")
    assert [one.answers for one in site.responses()] == [{"polite": "2"}]
