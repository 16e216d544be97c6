"""A person at a browser: every page they are given is checked, forms are sent as the page made them."""

from __future__ import annotations

from dataclasses import dataclass

from tests.pages import Page, read_page

EMAIL = "lan@office.vn"
PASSWORD = "Mưa thuận gió hoà"


@dataclass
class Answer:
    """What came back: status, headers, the words as sent, and the page where there was one."""

    status: int
    headers: object
    html: str
    page: Page | None

    @property
    def location(self):
        return self.headers.get("Location")


class Person:
    """Someone with a browser, signed in or not."""

    def __init__(self, client):
        self.client = client

    def get(self, path, **options):
        return self._read(self.client.get(path, **options))

    def post(self, path, fields=None, **options):
        """Send just these fields, as a page of somebody else's could."""
        return self._read(self.client.post(path, data=fields or {}, **options))

    def sign_in(self, email=EMAIL, password=PASSWORD, path="/sign-in", **options):
        """Open the sign-in page and send it filled."""
        page = self.get(path).page
        return self.post(path, {"email": email, "password": password, "csrf_token": token(page)}, **options)

    def sign_out(self):
        """Press the button on the list of results."""
        return self.post("/sign-out", {"csrf_token": token(self.get("/results/").page)})

    def is_signed_in(self):
        return self.get("/results/").status == 200

    def _read(self, response):
        with response:
            is_page = response.mimetype == "text/html" and response.status_code not in (302, 303, 308)
            html = response.text if response.mimetype == "text/html" else ""
            return Answer(response.status_code, response.headers, html, read_page(html) if is_page else None)


def token(page):
    """The token that the forms of a page carry."""
    return page.named("csrf_token")[0].get("value")
