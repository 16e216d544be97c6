"""What staff and citizens do at the tablet, in Vietnamese and with the small instrument of the tests."""

from __future__ import annotations

from sqlalchemy import select

from app.extensions import db
from app.models import Collector
from app.services import devices

PREPARE = """async () => {
  const { prepareOffline } = await import("/static/kiosk/offline.js");
  return prepareOffline();
}"""


def pair(site, page, collector):
    """Pair the tablet as staff do; the kiosk's start screen, ready for work without a network."""
    with site.app.app_context():
        link = db.session.scalars(select(Collector).where(Collector.code == collector)).one()
        _device, code = devices.add_device(link, "Quầy 1", language="vi", exit_code="2468")
    assert page.goto(f"{site.address}/k/").ok
    page.get_by_label("Mã ghép nối").fill(code)
    page.get_by_role("button", name="Ghép nối").click()
    page.wait_for_url(f"**/k/{collector}")
    start_button(page).wait_for()
    # The kiosk asked the same when it opened; here it is waited for.
    assert page.evaluate(PREPARE) == {"ready": True, "reason": None}
    return page


def start_button(page):
    return page.get_by_role("button", name="Bắt đầu", exact=True)


def begin(page):
    start_button(page).click()


def choose(page, label):
    """Touch an option of the question that is shown; the next one comes by itself."""
    shown = page.locator(".item:not([data-away]):not([hidden])")
    asked = shown.get_attribute("data-code")
    shown.get_by_text(label, exact=True).click()
    page.locator(f'.item[data-code="{asked}"][data-away]').wait_for(state="attached")


def finish(page, words):
    """Leave out the rest, write a comment at the end, send, and go back to the start screen."""
    while page.get_by_role("button", name="Bỏ qua câu này").is_visible():
        page.get_by_role("button", name="Bỏ qua câu này").click()
    page.get_by_label("Góp ý").fill(words)
    page.get_by_role("button", name="Gửi câu trả lời").click()
    page.get_by_role("button", name="Kết thúc").click()


def fill_in(page, words):
    """One citizen, from the start screen to the start screen."""
    begin(page)
    choose(page, "Có")
    choose(page, "Rất hài lòng")
    finish(page, words)
    start_button(page).wait_for()
