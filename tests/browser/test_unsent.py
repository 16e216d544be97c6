"""The page that takes in a tablet's unsent answers, in a real browser."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from app.services import accounts
from tests.auth.person import EMAIL, PASSWORD
from tests.browser.conftest import TABLET, check
from tests.factories import make_open_wave
from tests.services.test_queue_files import entry, file_of

pytestmark = pytest.mark.browser


def test_a_file_is_chosen_and_taken_in_and_every_state_is_accessible(site, open_page, tmp_path):
    with site.app.app_context():
        accounts.create_user(EMAIL, "Lan", PASSWORD, role="administrator")
        _wave, (collector,) = make_open_wave()
        link = collector.code
    path = tmp_path / "hailong-queue.json"
    with open_page(viewport=TABLET) as page:
        page.goto(f"{site.address}/office/unsent")
        page.get_by_label("Địa chỉ thư điện tử").fill(EMAIL)
        page.get_by_label("Mật khẩu").fill(PASSWORD)
        page.locator("main button.go").click()
        for content in (b"{}", file_of(entry(link), entry("nowhere"))):
            path.write_bytes(content)
            page.get_by_label("Tệp đã xuất từ máy tính bảng").set_input_files(path)
            page.get_by_role("button", name="Nhập phiếu").click()
            page.locator(".summary, .notice").wait_for()
            check(page)
            assert Axe().run(page).violations_count == 0
        assert "Phiếu mới: 1." in page.locator(".notice").inner_text()
        page.set_viewport_size({"width": 320, "height": 640})
        assert page.evaluate("document.documentElement.scrollWidth <= 320")
    assert len(site.responses()) == 1
