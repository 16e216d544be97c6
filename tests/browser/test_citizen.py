"""A citizen answers SIPAS-2023 in Vietnamese on a phone, and the answers are there."""

from __future__ import annotations

from uuid import UUID

import pytest

from surveys.loading import load, shipped
from tests.browser.conftest import TABLET, check

pytestmark = pytest.mark.browser

SIPAS = load(shipped()["sipas-2023-1"])
RATED = [f"q{number:02}" for number in range(1, 40)]


def test_a_citizen_answers_sipas_2023_in_vietnamese(site, open_page):
    with open_page() as page:
        page.goto(site.link(asked=SIPAS))
        check(page)
        assert page.locator("html").get_attribute("lang") == "vi"
        assert not page.locator("#item-channel_other").is_visible()

        page.get_by_role("group", name="Giới tính của Ông/Bà là gì?").get_by_label("Nữ").check()
        channels = page.locator("#item-channel")
        channels.get_by_label("Internet").check()
        channels.get_by_label("Hình thức khác").check()
        page.locator("[name=channel_other]").fill("Nhóm Zalo của tổ dân phố")
        for code in RATED[:-1]:
            page.locator(f"#item-{code}").get_by_label("Hài lòng", exact=True).check()
        page.locator(f"#item-{RATED[-1]}").get_by_label("Không áp dụng").check()
        page.get_by_label("Ông/Bà còn ý kiến hay đề nghị nào khác không?").fill(
            "Cán bộ rất nhiệt tình.\nXin cảm ơn!"
        )
        check(page)
        page.get_by_role("button", name="Gửi câu trả lời").click()

        page.wait_for_selector(".receipt")
        check(page)
        receipt = page.locator(".receipt strong").inner_text()

    (stored,) = site.responses()
    assert stored.receipt == receipt
    assert UUID(stored.response_id).version == 4
    assert stored.language == "vi"
    assert stored.state == "counted"
    assert stored.started_at <= stored.submitted_at
    assert stored.answers == {
        "sex": "female",
        "channel": ["internet", "other"],
        "channel_other": "Nhóm Zalo của tổ dân phố",
        **dict.fromkeys(RATED[:-1], "4"),
        "q39": "na",
        "comment": "Cán bộ rất nhiệt tình.\nXin cảm ơn!",
    }


def test_going_back_and_sending_again_stores_once(site, open_page):
    with open_page() as page:
        page.goto(site.link())
        page.locator("#item-polite").get_by_label("Bình thường").check()
        page.get_by_role("button", name="Gửi câu trả lời").click()
        receipt = page.locator(".receipt strong").inner_text()
        page.go_back()
        assert page.locator("#item-polite").get_by_label("Bình thường").is_checked()
        page.get_by_role("button", name="Gửi câu trả lời").click()
        page.wait_for_selector("text=chỉ được lưu một lần")
        assert page.locator(".receipt strong").inner_text() == receipt

    assert len(site.responses()) == 1


@pytest.mark.parametrize("query", ["", "?lang=vi"])
def test_a_lost_connection_costs_nothing(site, open_page, query):
    """The reply never arrives, although the answers were stored; the person goes back and sends again."""

    def lose_the_reply(route):
        if route.request.method == "POST":
            route.fetch()
            route.abort()
        else:
            route.fallback()

    with open_page() as page:
        page.goto(site.link() + query)
        page.locator("#item-polite").get_by_label("Bình thường").check()
        page.route("**/r/*", lose_the_reply)
        page.get_by_role("button", name="Gửi câu trả lời").click()
        page.wait_for_url("chrome-error://**")
        page.unroute_all()
        assert len(site.responses()) == 1
        page.go_back()
        assert page.locator("#item-polite").get_by_label("Bình thường").is_checked()
        page.get_by_role("button", name="Gửi câu trả lời").click()
        page.wait_for_selector("text=chỉ được lưu một lần")

    assert len(site.responses()) == 1


def test_a_new_visit_is_a_new_response(site, open_page):
    with open_page(viewport=TABLET) as page:
        link = site.link()
        for _visitor in range(2):
            page.goto(link)
            page.get_by_role("button", name="Gửi câu trả lời").click()
            page.wait_for_selector(".receipt")

    assert len({stored.response_id for stored in site.responses()}) == 2


def test_where_the_browser_has_no_random_uuid_the_id_is_one_all_the_same(site, open_page):
    """Chromium offers it only on https and localhost, and kiosks speak plain http in their own network."""
    with open_page() as page:
        page.add_init_script("delete Crypto.prototype.randomUUID")
        page.goto(site.link())
        assert page.evaluate("crypto.randomUUID === undefined")
        page.get_by_role("button", name="Gửi câu trả lời").click()
        page.wait_for_selector(".receipt")

    assert UUID(site.responses()[0].response_id).version == 4
