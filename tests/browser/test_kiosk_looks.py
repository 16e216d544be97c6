"""What can be measured of the kiosk's looks: axe finds nothing, targets are large, nothing runs off the screen."""

from __future__ import annotations

from itertools import pairwise

import pytest
from axe_playwright_python.sync_playwright import Axe

from app.services import accounts
from surveys.loading import load, shipped
from tests.auth.person import EMAIL, PASSWORD
from tests.browser.conftest import TABLET
from tests.browser.kiosk import begin, choose, make_kiosk, press, wait_for, wait_for_screen
from tests.browser.test_looks import CONTRAST
from tests.respond.instruments import RATING, every_type, item, made_of, section

pytestmark = pytest.mark.browser

UPRIGHT = {"width": 820, "height": 1180}
ACROSS = {"width": 1180, "height": 820}
NARROW = {"width": 320, "height": 640}
# A tablet across whose page is enlarged to 200 %: half as many CSS pixels on the same glass.
DOUBLE = {"width": 590, "height": 410}

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def clean(page):
    """No violation of WCAG 2.2 AA on what is shown."""
    page.wait_for_timeout(350)  # the question comes in over a fifth of a second
    found = Axe().run(page, options=RULES).response["violations"]
    assert not found, "\n".join(
        f"{one['id']}: {one['help']}: {node['html'][:160]}" for one in found for node in one["nodes"]
    )


def test_axe_finds_nothing_on_any_screen_and_item_type(site, open_page):
    kiosk = make_kiosk(site, asked=every_type(), phone=True)
    with open_page(viewport=ACROSS) as page:
        page.goto(f"{site.address}/k/?lang=vi")
        clean(page)
        page.get_by_label("Mã ghép nối").fill("x")
        page.get_by_role("button", name="Ghép nối").click()
        page.get_by_text("Mã này không đúng").wait_for()
        clean(page)
        kiosk.pair(page)
        clean(page)
        press(page, "phone")
        clean(page)
        press(page, "close")
        press(page, "staff")
        clean(page)
        page.get_by_label("Mã cán bộ").fill("2468")
        page.keyboard.press("Enter")
        page.locator("[data-panel]").wait_for()
        clean(page)
        press(page, "close")
        begin(page)
        clean(page)
        press(page, "next")
        clean(page)
        choose(page, "choice", "Tốt")
        for code in ("multi", "text", "number", "day"):
            wait_for(page, code)
            clean(page)
            if code == "number":
                page.locator("#item-number input").fill("mười")
                press(page, "next")
                clean(page)
                page.locator("#item-number input").fill("")
            press(page, "next" if code == "day" else "skip")
        wait_for_screen(page, "thanks")
        clean(page)


def test_axe_finds_nothing_on_the_warning_in_larger_text_and_in_the_dark(site, open_page):
    kiosk = make_kiosk(site, asked=every_type(), idle_seconds=15)
    with open_page(viewport=UPRIGHT, color_scheme="dark") as page:
        kiosk.pair(page)
        clean(page)
        begin(page)
        clean(page)
        press(page, "large")
        clean(page)
        press(page, "again")
        clean(page)
        press(page, "close")
        page.locator("#idle").wait_for(timeout=20_000)
        clean(page)


def test_axe_finds_nothing_on_the_offices_page_of_tablets(site, open_page):
    make_kiosk(site)
    with site.app.app_context():
        accounts.create_user(EMAIL, "Lan", PASSWORD, role="administrator")
    with open_page(viewport=TABLET) as page:
        page.goto(f"{site.address}/sign-in?lang=vi")
        page.get_by_label("Địa chỉ thư điện tử").fill(EMAIL)
        page.get_by_label("Mật khẩu").fill(PASSWORD)
        page.get_by_role("button", name="Đăng nhập").click()
        page.goto(f"{site.address}/office/citizens/2026/devices")
        clean(page)
        page.get_by_role("button", name="Lập máy và hiện mã ghép nối").click()
        page.locator(".summary").wait_for()
        clean(page)
        page.get_by_label("Tên ghi trên máy tính bảng").fill("Máy 2")
        page.get_by_label("Mã cán bộ").fill("13579")
        page.get_by_role("button", name="Lập máy và hiện mã ghép nối").click()
        page.locator(".pairing-code").wait_for()
        clean(page)


@pytest.mark.parametrize("large", [False, True], ids=["usual", "large"])
def test_nothing_runs_off_the_screen_and_every_target_is_large(site, open_page, large):
    """At 320 px, on a tablet at 200 %, upright and across."""
    kiosk = make_kiosk(site, asked=load(shipped()["sipas-2023-1"]), phone=True)

    def measure():
        for viewport in (NARROW, DOUBLE, UPRIGHT, ACROSS):
            page.set_viewport_size(viewport)
            page.wait_for_timeout(350)
            assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
            small = page.evaluate(
                "[...document.querySelectorAll('#stage :is(button, .option, textarea, input:not([type=radio]))')]"
                ".filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 47.5)"
                ".map(e => e.outerHTML)"
            )
            assert small == [], viewport
            options = page.locator(".item:visible .option")
            assert all(one.bounding_box()["height"] >= 59.5 for one in options.all()), viewport

    with open_page(viewport=ACROSS) as page:
        kiosk.pair(page)
        if large:
            press(page, "large")
        measure()
        begin(page)
        measure()
        for _ in range(12):
            press(page, "skip")
            page.wait_for_timeout(320)
        measure()


def test_options_of_a_screen_are_apart(site, open_page):
    kiosk = make_kiosk(site, asked=made_of(section("all", item("one", options=RATING))))
    with open_page(viewport=ACROSS) as page:
        kiosk.pair(page)
        begin(page)
        boxes = [one.bounding_box() for one in page.locator(".option").all()]
        gaps = [below["y"] - above["y"] - above["height"] for above, below in pairwise(boxes)]
        assert min(gaps) >= 8


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_is_legible(site, open_page, scheme):
    """WCAG 1.4.3, and 7 to 1 in the larger text."""
    kiosk = make_kiosk(site)
    with open_page(viewport=UPRIGHT, color_scheme=scheme) as page:
        kiosk.pair(page)
        assert page.evaluate(CONTRAST) == []
        begin(page)
        page.wait_for_timeout(400)
        assert page.evaluate(CONTRAST) == []
        press(page, "large")
        page.wait_for_timeout(300)
        assert page.evaluate(CONTRAST.replace("ratio < 4.5", "ratio < 7")) == []
