"""What the scripts add: items that come and go, languages, sections one at a time."""

from __future__ import annotations

import pytest

from surveys.routing import asked as asked_by_server
from surveys.validation import check as check_answers
from tests.browser.conftest import TABLET, check
from tests.respond.instruments import RATING, YES_NO, every_type, item, made_of, section, three_sections

pytestmark = pytest.mark.browser


def test_an_item_that_does_not_apply_is_hidden_until_it_does(site, open_page):
    with open_page() as page:
        page.goto(site.link())
        seats = page.locator("#item-seats")
        assert not seats.is_visible()
        page.locator("#item-visited").get_by_label("Có").check()
        assert seats.is_visible()
        page.locator("#item-visited").get_by_label("Không").check()
        assert not seats.is_visible()


def test_the_person_is_told_before_an_answer_is_left_out_and_can_have_it_back(site, open_page):
    with open_page() as page:
        page.goto(site.link())
        visited, seats = page.locator("#item-visited"), page.locator("#item-seats")
        visited.get_by_label("Có").check()
        seats.get_by_label("Bình thường").check()
        visited.get_by_label("Không").check()

        notice = page.locator("#item-visited + .notice")
        assert "Chỗ ngồi" in notice.inner_text()
        assert "Chỗ ngồi" in page.get_by_role("status").inner_text()
        check(page)
        visited.get_by_label("Có").check()
        assert not notice.is_visible()
        assert seats.get_by_label("Bình thường").is_checked()
        visited.get_by_label("Không").check()
        page.get_by_role("button", name="Gửi câu trả lời").click()
        page.wait_for_selector(".receipt")

    assert site.responses()[0].answers == {"visited": "no"}


def test_going_back_brings_back_what_the_answers_had_opened(site, open_page):
    with open_page() as page:
        page.goto(site.link())
        page.locator("#item-visited").get_by_label("Có").check()
        page.locator("#item-seats").get_by_label("Bình thường").check()
        page.get_by_role("button", name="Gửi câu trả lời").click()
        page.wait_for_selector(".receipt")
        page.go_back()
        page.wait_for_selector("#item-seats")
        assert page.locator("#item-seats").get_by_label("Bình thường").is_checked()


def test_the_script_hides_what_the_server_would_drop(site, open_page):
    """Every operator of the grammar, answered in many ways; the server is asked what it would do."""
    conditions = (
        "rate == '2'",
        "rate != '2'",
        "rate in ['1', 'na']",
        "not rate == '1'",
        "many >= 2.5 and many < 10",
        "'na' in heard or '1' in heard",
        "heard == '1'",
        "(rate == 1 or many == 3) and not word == 'x'",
        "word > 'b'",
        "day < '2026-02-01'",
        "'2' in rate",
    )
    asked = made_of(
        section(
            "first",
            item("rate", options=RATING),
            item("heard", type="multi", options=RATING),
            item("many", type="number"),
            item("word", type="text"),
            item("day", type="date"),
        ),
        section("then", *(item(f"c{at}", type="text", show_if=text) for at, text in enumerate(conditions))),
    )
    cases = (
        {},
        {"rate": "2", "heard": ["1"], "many": "2,5", "word": "c", "day": "2026-01-31"},
        {"rate": "na", "heard": ["na"], "many": "10", "word": "x", "day": "2026-02-01"},
        {"rate": "1", "heard": ["1", "2"], "many": "3.0", "word": " b ", "day": ""},
        {"rate": "1", "heard": [], "many": "three", "word": "á", "day": "2025-12-31"},
    )
    with open_page() as page:
        link = site.link(asked=asked)
        for case in cases:
            page.goto(link)
            for code in ("rate", "heard"):
                for value in [case.get(code, [])] if isinstance(case.get(code), str) else case.get(code, []):
                    page.locator(f"[name={code}][value='{value}']").check()
            for code in ("many", "word", "day"):
                page.locator(f"[name={code}]").fill(case.get(code, ""))
                page.locator(f"[name={code}]").blur()
            raw = {code: [value] if isinstance(value, str) else value for code, value in case.items()}
            expected = asked_by_server(asked, check_answers(asked, raw).answers)
            shown = {
                code
                for code in (f"c{at}" for at in range(len(conditions)))
                if page.locator(f"#item-{code}").is_visible()
            }
            assert shown == {code for code in expected if code.startswith("c")}, case


def test_the_language_is_switched_with_nothing_answered_by_way_of_the_cache(site, open_page):
    with open_page() as page:
        link = site.link()
        page.goto(f"{link}?lang=vi")
        page.get_by_role("button", name="English").click()
        page.wait_for_url(f"{link}?lang=en")
        assert page.locator("h1").inner_text() == "Small form"


def test_the_language_is_switched_without_losing_an_answer(site, open_page):
    with open_page() as page:
        page.goto(f"{site.link()}?lang=vi")
        page.locator("#item-polite").get_by_label("Bình thường").check()
        before = page.locator("[name=_id]").input_value()
        page.get_by_role("button", name="English").click()
        page.wait_for_selector("text=Send my answers")
        assert page.locator("#item-polite").get_by_label("Neither").is_checked()
        assert page.locator("[name=_id]").input_value() == before
        page.get_by_role("button", name="Send my answers").click()
        page.wait_for_selector(".receipt")

    assert (site.responses()[0].language, site.responses()[0].answers) == ("en", {"polite": "2"})


def test_enter_in_a_text_field_sends_and_does_not_switch_the_language(site, open_page):
    with open_page() as page:
        page.goto(f"{site.link(asked=made_of(section('only', item('many', type='number'))))}?lang=vi")
        page.locator("[name=many]").fill("3")
        page.locator("[name=many]").press("Enter")
        page.wait_for_selector(".receipt")

    assert site.responses()[0].language == "vi"


def test_a_mistake_takes_the_reader_to_the_item(site, open_page):
    with open_page() as page:
        page.goto(f"{site.link(asked=every_type())}?lang=vi")
        page.locator("[name=text]").fill("x" * 21)
        page.get_by_role("button", name="Gửi câu trả lời").click()
        page.wait_for_selector("#summary")
        check(page)
        assert page.title().startswith("Lỗi: ")
        assert page.evaluate("document.activeElement.id") == "summary"
        page.locator("#summary a").nth(1).click()
        assert page.evaluate("document.activeElement.name") == "text"
        assert page.locator("[name=text]").input_value() == "x" * 21


def visible_section(page):
    (code,) = page.evaluate(
        "[...document.querySelectorAll('.part')].filter(p => p.checkVisibility()).map(p => p.dataset.code)"
    )
    return code


def test_sections_are_shown_one_at_a_time(site, open_page):
    with open_page(viewport=TABLET) as page:
        page.goto(f"{site.link(asked=three_sections(), layout='sections')}?lang=en")
        onwards = page.get_by_role("button", name="Continue")
        assert visible_section(page) == "start"
        assert not page.get_by_role("button", name="Back").is_visible()
        assert not page.get_by_role("button", name="Send my answers").is_visible()
        page.locator("#item-visited").get_by_label("Yes").check()
        onwards.click()
        assert visible_section(page) == "visit"
        assert page.title() == "Part visit – Trial form"
        assert page.evaluate("document.activeElement.id") == "title-visit"
        page.get_by_role("button", name="Back").click()
        assert visible_section(page) == "start"
        page.locator("#item-visited").get_by_label("No").check()
        onwards.click()
        assert visible_section(page) == "end"
        check(page)
        page.go_back()
        assert visible_section(page) == "start"
        assert page.locator("#item-visited").get_by_label("No").is_checked()
        page.go_forward()
        page.locator("#item-again").get_by_label("Yes").check()
        page.get_by_role("button", name="Send my answers").click()
        page.wait_for_selector(".receipt")

    assert site.responses()[0].answers == {"visited": "no", "again": "yes"}


def test_a_required_item_is_asked_for_before_the_page_is_turned(site, open_page):
    asked = made_of(
        section("a", item("one", options=YES_NO, required=True), item("two", type="text", required=True)),
        section("b", item("three", type="text")),
    )
    with open_page() as page:
        page.goto(f"{site.link(asked=asked, layout='sections')}?lang=vi")
        onwards = page.get_by_role("button", name="Tiếp tục")
        page.locator("[name=two]").fill("x")
        onwards.click()
        assert visible_section(page) == "a"
        assert page.locator("#error-one").inner_text() == "Xin chọn một câu trả lời."
        assert page.locator("#item-one").get_attribute("aria-describedby") == "error-one"
        assert page.evaluate("document.activeElement.name") == "one"
        check(page)
        page.locator("#item-one").get_by_label("Có").check()
        page.locator("[name=two]").fill(" ")
        onwards.click()
        assert page.locator("#error-one").count() == 0
        assert page.locator("#error-two").inner_text() == "Xin viết câu trả lời."
        page.locator("[name=two]").fill("y")
        onwards.click()
        assert visible_section(page) == "b"


def test_a_mistake_in_an_earlier_section_opens_that_section(site, open_page):
    with open_page() as page:
        page.goto(f"{site.link(asked=three_sections(), layout='sections')}?lang=en")
        page.locator("[name=name_of_day]").fill("x" * 11)
        page.get_by_role("button", name="Continue").click()
        page.locator("#item-again").get_by_label("Yes").check()
        page.get_by_role("button", name="Send my answers").click()
        page.wait_for_selector("#summary")
        assert visible_section(page) == "start"
        page.get_by_role("button", name="Continue").click()
        page.locator("#summary a").click()
        assert visible_section(page) == "start"
        assert page.evaluate("document.activeElement.name") == "name_of_day"


def test_another_language_opens_the_same_section(site, open_page):
    with open_page() as page:
        page.goto(f"{site.link(asked=three_sections(), layout='sections')}?lang=en")
        page.locator("[name=name_of_day]").fill("Mon")
        page.get_by_role("button", name="Continue").click()
        assert visible_section(page) == "end"
        page.get_by_role("button", name="Tiếng Việt").click()
        page.wait_for_selector("text=Quay lại")
        assert visible_section(page) == "end"
