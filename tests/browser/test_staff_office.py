"""The office's pages of a staff survey in a real browser: from the list to the slips, and axe finds nothing."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from app.extensions import db
from app.models import Invitation
from app.services import accounts
from tests.auth.person import EMAIL, PASSWORD
from tests.browser.conftest import TABLET, check
from tests.manage.test_staff import make_planned_wave

pytestmark = pytest.mark.browser

LIST = "unit,unit_name,heads\nlaw,,12\ntrade-home,,1\nministry,,12\n"


def clean(page):
    check(page)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    for width in (320, 390, 768, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    small = page.evaluate(
        "[...document.querySelectorAll('main :is(button, a, summary, .choice, input:not([type=hidden], [type=checkbox],"
        " [type=radio]))')].filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 24)"
        ".map(e => e.outerHTML)"
    )
    assert small == []


def test_from_the_settings_to_the_slips(site, open_page, tmp_path):
    with site.app.app_context():
        accounts.create_user(EMAIL, "Lan", PASSWORD, role="administrator")
        make_planned_wave()
    path = tmp_path / "list.csv"
    with open_page(viewport=TABLET) as page:
        page.goto(f"{site.address}/office/culture/2026/staff/?lang=vi")
        page.get_by_label("Địa chỉ thư điện tử").fill(EMAIL)
        page.get_by_label("Mật khẩu").fill(PASSWORD)
        page.locator("main button.go").click()
        page.goto(f"{site.address}/office/culture/2026/staff/?lang=en")
        clean(page)
        page.get_by_label("Last day on which raw answers are kept").fill("2027-03-31")
        page.get_by_label("age (age)").check()
        page.get_by_role("button", name="Save the settings").click()
        page.get_by_label("Whom staff can ask").fill("Vụ Tổ chức cán bộ, 024 2220 2222")
        page.get_by_role("button", name="Promise this").click()
        page.get_by_text("Luật Bảo vệ dữ liệu cá nhân").wait_for()
        clean(page)
        for content in ("unit,heads\nnowhere,3\n", LIST):
            path.write_text(content)
            page.goto(f"{site.address}/office/culture/2026/staff/")
            page.get_by_label("List", exact=True).set_input_files(path)
            page.get_by_role("button", name="Look at the list").click()
            page.locator(".summary, .notice").first.wait_for()
            clean(page)
        with page.expect_download() as download:
            page.get_by_role("button", name="Make the invitations").click()
        assert download.value.suggested_filename == "invitations-culture-2026.pdf"
        page.goto(f"{site.address}/office/culture/2026/staff/")
        page.get_by_role("heading", name="Invitations").wait_for()
        clean(page)
    with site.app.app_context():
        assert db.session.query(Invitation).count() == 25
