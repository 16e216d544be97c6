"""A tablet for browser tests: the office makes a device, the tablet pairs by typing the code."""

from __future__ import annotations

from dataclasses import dataclass

from app.extensions import db
from app.models import Collector, Device
from app.services import devices, fieldwork
from tests.factories import make_collectors, make_wave

EXIT_CODE = "2468"
BEGIN = {"vi": "Bắt đầu", "en": "Begin"}


@dataclass
class Kiosk:
    """A kiosk link and the device that waits for a tablet."""

    site: object
    link: str
    code: str
    number: int

    def pair(self, page):
        """Type the code into the tablet; it then shows its first screen."""
        page.goto(f"{self.site.address}/k/?lang=vi")
        page.get_by_label("Mã ghép nối").fill(self.code)
        page.get_by_role("button", name="Ghép nối").click()
        page.wait_for_url(f"**/k/{self.link}")
        page.wait_for_selector("[data-do=begin]")

    def device(self):
        with self.site.app.app_context():
            return db.session.get_one(Device, self.number)


def make_kiosk(site, *, phone=False, language="vi", idle_seconds=60, slips=False, **settings):
    """An open wave with a kiosk link, and a device that waits; `phone`: also a link for people's phones."""
    with site.app.app_context():
        wave = make_wave(**settings)
        (collector,) = make_collectors(wave, "north-1", mode="kiosk")
        if phone:
            make_collectors(wave, "north-1", mode="qr")
        fieldwork.open_wave(wave)
        if slips:
            db.session.get_one(Collector, collector.id).slips = True
            db.session.commit()
        device, code = devices.add_device(
            collector, "Máy 1", language=language, exit_code=EXIT_CODE, idle_seconds=idle_seconds
        )
        return Kiosk(site, collector.code, code, device.id)


def begin(page, language="vi"):
    """Press the big button and wait for the first question."""
    page.get_by_role("button", name=BEGIN[language]).click()
    page.wait_for_selector("#kiosk-form:not([hidden])")


def choose(page, item, option):
    """Touch an option of the item that is shown."""
    page.locator(f"#item-{item}").get_by_label(option).click()


def press(page, action):
    """Press the button that does this (`data-do`)."""
    page.locator(f"[data-do={action}]:visible").click()


def shown(page):
    """The code of the item that is shown."""
    return page.locator(".item:visible").get_attribute("data-code")


def wait_for(page, item):
    page.locator(f"#item-{item}").wait_for(state="visible")


def screen(page):
    return page.locator("html").get_attribute("data-screen")


def wait_for_screen(page, name):
    page.wait_for_selector(f"html[data-screen={name}]")


WAITING = """async () => {
  const { openQueue } = await import("/static/kiosk/queue.js");
  window.counted ??= await openQueue();
  return window.counted.size();
}"""


def wait_until_sent(page):
    """Until nothing waits on the tablet any more."""
    for _ in range(300):
        if page.evaluate(WAITING) == 0:
            return
        page.wait_for_timeout(50)
    raise AssertionError("The tablet still has answers to send.")


def as_one_page(page):
    """The document as it stands, without the copies that wait for the next citizen."""
    return "<!DOCTYPE html>" + page.evaluate(
        "(() => { const copy = document.documentElement.cloneNode(true);"
        " copy.querySelectorAll('template').forEach((each) => each.remove()); return copy.outerHTML })()"
    )
