"""A tablet that cannot work without a network says so in one sentence."""

from __future__ import annotations

import json

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import check
from tests.browser.offline.conftest import watched

pytestmark = pytest.mark.browser


def sentences(page):
    return page.locator("[data-no-offline]:visible").all_inner_texts()


def test_an_address_without_https_is_named(site, trusting_browser):
    # Browsers take 127.0.0.1 for safe, so it gets a name that they do not.
    context = trusting_browser.new_context(locale="vi-VN")
    errors = []
    page = watched(context.new_page(), errors)
    page.goto(f"{site.address.replace('127.0.0.1', 'survey.test')}/k/")
    page.locator("[data-no-offline=no_https]").wait_for()
    (said,) = sentences(page)
    assert "https" in said
    check(page)
    assert Axe().run(page).violations_count == 0
    context.close()
    assert not errors


def test_a_browser_that_may_store_nothing_is_named(https_site, tablet, tmp_path):
    settings = tmp_path / "profile" / "Default" / "Preferences"
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps({"profile": {"default_content_setting_values": {"cookies": 2}}}))
    page = tablet.start()
    page.goto(f"{https_site.address}/k/")
    page.locator("[data-no-offline]:visible").wait_for()
    (said,) = sentences(page)
    assert "không được phép lưu dữ liệu" in said


def test_where_it_works_nothing_is_said(https_site, tab):
    page = tab()
    page.goto(f"{https_site.address}/k/")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    assert sentences(page) == []


def test_the_page_with_the_certificate_is_accessible(https_site, tab):
    page = tab()
    check(page)
    assert Axe().run(page).violations_count == 0
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth <= 320")
