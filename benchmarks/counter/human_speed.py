"""How long a citizen takes for `counter-short` on a tablet: a real kiosk in a real Chromium, at human speed.

The script waits as a person would (keystroke-level model; Card, Moran & Newell 1980): it reads every line it has not
read before at 240 words a minute, which for Vietnamese syllables is unhurried, so the five answers are read once and
each question anew; it thinks 1.35 s before each choice and takes 1.1 s to point; it types a comment at 0.28 s a sign.
`make bench-human`; it ends with exit 1 at 90 s or more.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from datetime import date
from pathlib import Path

import flask_migrate
from playwright.sync_api import Page, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from app import create_app
from app.demo.provinces import agencies, places
from app.services import devices, fieldwork
from app.services.agencies import import_agencies
from surveys import loading

WORDS_PER_SECOND = 4.0
THINK, POINT, STROKE = 1.35, 1.1, 0.28
COMMENT = "Nên có thêm ghế ngồi"
LIMIT = 90.0


class _Quiet(WSGIRequestHandler):
    def log_request(self, *_args: object) -> None:
        pass


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(
            {"INSTANCE_PATH": folder, "SQLALCHEMY_DATABASE_URI": f"sqlite:///{Path(folder) / 'b.sqlite'}"}
        )
        with app.app_context():
            flask_migrate.upgrade()
            import_agencies(agencies())
            link, code = _open_kiosk()
        server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            for language in ("vi", "en"):
                seconds, screens = _answer(f"http://127.0.0.1:{server.server_port}", link, code, language)
                print(
                    f"counter-short, {language}: {seconds:.1f} s for {screens} screens (limit {LIMIT:.0f} s)"
                )
                code = ""
                if seconds >= LIMIT:
                    return 1
        finally:
            server.shutdown()
    return 0


def _open_kiosk() -> tuple[str, str]:
    version = fieldwork.register_instrument(loading.load(loading.shipped()["counter-short-1"]))
    survey = fieldwork.create_survey("counter", {"vi": "Tại quầy", "en": "At the counter"})
    wave = fieldwork.create_wave(
        survey,
        "1",
        version,
        title={"vi": "Tại quầy", "en": "At the counter"},
        tree_date=date(2026, 7, 1),
        wave_kind="volunteer",
    )
    [link] = fieldwork.add_collectors(
        wave, [fieldwork.CollectorRow(agency=places()[0], label="desk", mode="kiosk")]
    )
    fieldwork.open_wave(wave)
    _device, code = devices.add_device(link, "Tablet", language="vi", exit_code="2468", idle_seconds=60)
    return link.code, code


_tablet: list[Page] = []


def _answer(address: str, link: str, code: str, language: str) -> tuple[float, int]:
    if not _tablet:
        browser = (
            sync_playwright()
            .start()
            .chromium.launch(
                executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"]
            )
        )
        _tablet.append(browser.new_context(viewport={"width": 820, "height": 1180}).new_page())
        page = _tablet[0]
        page.goto(f"{address}/k/?lang=vi")
        page.get_by_label("Mã ghép nối").fill(code)
        page.get_by_role("button", name="Ghép nối").click()
        page.wait_for_url(f"**/k/{link}")
    page = _tablet[0]
    page.locator("[data-do=begin]").wait_for(state="visible")
    if language != "vi":
        page.get_by_role("button", name="English").click()
    began = time.monotonic()
    known: set[str] = set()
    _read(page, "section.start ul.facts", known)
    _press(page.locator("[data-do=begin]"))
    screens = 1
    while page.locator("html").get_attribute("data-screen") != "thanks":
        item = page.locator(".item:visible").first
        item.wait_for()
        name = item.get_attribute("data-code")
        _read(page, f"#item-{name}", known)
        if item.locator("textarea").count():
            time.sleep(THINK + len(COMMENT) * STROKE)
            item.locator("textarea").fill(COMMENT)
            _press(page.locator("[data-do=next]:visible"))
            page.wait_for_selector("html[data-screen=thanks]")
        else:
            _press(item.locator("label.option").nth(3 if name != "purpose" else 0))
            page.wait_for_function(
                "name => !document.querySelector(`#item-${name}`)?.checkVisibility()", arg=name
            )
        screens += 1
    return time.monotonic() - began, screens


def _read(page: Page, selector: str, known: set[str]) -> None:
    lines = {line.strip() for line in page.locator(selector).first.inner_text().splitlines()} - known
    known |= lines
    time.sleep(sum(len(line.split()) for line in lines) / WORDS_PER_SECOND)


def _press(control) -> None:  # type: ignore[no-untyped-def]
    time.sleep(THINK + POINT)
    control.click()


if __name__ == "__main__":
    sys.exit(main())
