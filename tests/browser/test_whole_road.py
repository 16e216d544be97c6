"""The whole road in a browser: agencies, a wave, answers, a run, another's approval, the workbook, verify.

Nothing is called from inside but the accounts and the answers of thirty other citizens; long work is done by a worker
in a process of its own, as `hailong serve` has one.
"""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import expect

from app.queries.waves import get_wave
from app.services import accounts, responding
from surveys.loading import shipped
from tests.auth.person import PASSWORD
from tests.browser.conftest import TABLET
from tests.factories import submission

pytestmark = pytest.mark.browser

AGENCIES = """code,kind,parent,valid_from,name_vi,name_en
01,province,,2025-07-01,Tỉnh Bắc,North Province
01-1,commune,01,2025-07-01,Xã Bắc Một,North One
01-2,commune,01,2025-07-01,Phường Bắc Hai,North Two
"""
OFFICE, APPROVER = "office@office.vn", "approver@office.vn"
RATED = ("place", "paperwork", "waiting", "courtesy", "guidance", "outcome")
OTHERS = 30


@pytest.fixture
def worker(site):
    """`hailong work` on the database and the instance of the site."""
    environment = {
        **os.environ,
        "HAILONG_INSTANCE": site.app.instance_path,
        "DATABASE_URL": site.app.config["SQLALCHEMY_DATABASE_URI"],
        "OMP_NUM_THREADS": "1",
    }
    process = subprocess.Popen([sys.executable, "-m", "app.cli", "work", "--workers", "1"], env=environment)
    yield process
    process.terminate()
    assert process.wait(timeout=30) == 0


@pytest.fixture
def people(site, monkeypatch):
    """One of the survey office, and one who may approve."""
    monkeypatch.setattr(accounts, "hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    with site.app.app_context():
        accounts.create_user(OFFICE, "Lan", PASSWORD, role="survey_office")
        accounts.create_user(APPROVER, "Minh", PASSWORD, role="evaluator")


def sign_in(page, site, email):
    page.goto(f"{site.address}/sign-in?lang=en")
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{site.address}/results/**")


def go(page, button):
    page.get_by_role("button", name=button, exact=True).click()


def take_step(page, site, step, button):
    page.goto(f"{site.address}/office/citizens/2026/steps/{step}")
    page.check("#sure")
    go(page, button)
    page.wait_for_url(f"{site.address}/office/citizens/2026/")


def test_from_a_list_of_agencies_to_a_workbook_that_is_verified(site, people, worker, open_page, tmp_path):
    agencies = tmp_path / "agencies.csv"
    agencies.write_text(AGENCIES, encoding="utf-8")

    with open_page(viewport=TABLET, locale="en-GB", accept_downloads=True) as page:
        sign_in(page, site, OFFICE)
        _import_agencies(page, site, agencies)
        _register_instrument(page, site)
        _plan_wave(page, site)
        link = _make_links(page, site)
        take_step(page, site, "open", "Open the wave")
        _answer(page, site, link)
        _others_answer(site)
        take_step(page, site, "close", "Close the wave")
        take_step(page, site, "freeze", "Freeze the answers")
        number = _estimate(page, site)
        # Whoever made the figures cannot let them out.
        assert page.get_by_role("button", name="Approve: release 1").count() == 0

    with open_page(viewport=TABLET, locale="en-GB", accept_downloads=True) as page:
        sign_in(page, site, APPROVER)
        page.goto(f"{site.address}/office/citizens/2026/runs/{number}")
        page.get_by_role("button", name="Approve: release 1").click()
        expect(page.get_by_text("released").first).to_be_visible()
        book = _download(page, site, tmp_path)

    # Anybody may verify, without an account.
    with open_page(viewport=TABLET, locale="en-GB") as page:
        assert "This workbook is unchanged" in _verify(page, site, book)
        assert "North One" in page.locator("section.verdict").inner_text()
        changed = tmp_path / "changed.xlsx"
        _change_a_cell(book, changed)
        assert "was changed, or it is none of ours" in _verify(page, site, changed)


def _import_agencies(page, site, path):
    page.goto(f"{site.address}/office/agencies/list")
    page.set_input_files("#file", path)
    page.fill("#on", "2025-07-01")
    go(page, "Look at the list")
    expect(page.locator("main")).to_contain_text("North One")
    go(page, "Take in the list")
    expect(page.get_by_role("status")).to_contain_text("The list was taken in")


def _register_instrument(page, site):
    page.goto(f"{site.address}/office/instruments/")
    page.set_input_files("#file", Path(shipped()["counter-short-1"]))
    go(page, "Check the file")
    go(page, "Register this version")
    expect(page.locator("main")).to_contain_text("counter-short")


def _plan_wave(page, site):
    page.goto(f"{site.address}/office/surveys/")
    for field, text in {"code": "citizens", "title_vi": "Người dân", "title_en": "Citizens"}.items():
        page.fill(f"#{field}", text)
    go(page, "Create the survey")
    for field, text in {
        "code": "2026",
        "title_vi": "Năm 2026",
        "title_en": "Year 2026",
        "tree_date": "2026-03-01",
    }.items():
        page.fill(f"#{field}", text)
    page.select_option("#instrument", "counter-short@1")
    page.select_option("#wave_kind", "volunteer")
    go(page, "Plan the wave")
    page.wait_for_url(f"{site.address}/office/citizens/2026/")


def _make_links(page, site):
    for agency in ("01-1", "01-2"):
        page.goto(f"{site.address}/office/citizens/2026/links/")
        page.fill("#agency", agency)
        page.select_option("#mode", "qr")
        go(page, "Make the link")
    page.goto(f"{site.address}/office/citizens/2026/links/")
    return page.locator("a.mono").first.inner_text()


def _answer(page, site, link):
    page.goto(f"{site.address}/r/{link}?lang=en")
    page.locator("#item-purpose").get_by_label("To hand in papers").check()
    for item in RATED:
        page.locator(f"#item-{item}").get_by_label("Very satisfied", exact=True).check()
    page.get_by_role("button", name="Send my answers").click()
    page.wait_for_selector(".receipt")


def _others_answer(site):
    with site.app.app_context():
        wave = get_wave("citizens", "2026")
        responding.submit_many(
            submission(
                wave.collectors[k % 2],
                instrument_code="counter-short",
                answers={"purpose": "submit", **{item: "25"[(k + len(item)) % 2] for item in RATED}},
            )
            for k in range(OTHERS)
        )


def _estimate(page, site):
    page.goto(f"{site.address}/office/citizens/2026/runs/")
    page.fill("#published_on", "2026-12-01")
    page.select_option("#languages", "en")
    go(page, "Estimate")
    page.get_by_role("link", name="Go on to the result").click(timeout=90_000)
    return page.url.rstrip("/").rsplit("/", 1)[1]


def _download(page, site, folder):
    page.goto(f"{site.address}/results/citizens/2026/agencies/01-1/")
    with page.expect_download() as got:
        page.locator("a[href*='.xlsx']:not([href*='.sig'])").first.click()
    got.value.save_as(folder / "book.xlsx")
    return folder / "book.xlsx"


def _verify(page, site, path):
    page.goto(f"{site.address}/verify/?lang=en")
    page.set_input_files("#file", path)
    go(page, "Verify")
    return page.locator("section.verdict").inner_text()


def _change_a_cell(book, changed):
    """The same workbook with one digit of one cell another."""
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet4.xml":
                at = content.index(b"<v>", content.index(b"<sheetData>")) + 3
                content = content[:at] + (b"7" if content[at : at + 1] != b"7" else b"8") + content[at + 1 :]
            new.writestr(name, content)
