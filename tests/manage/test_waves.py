"""The office's first pages: every wave, and one wave with its links."""

from __future__ import annotations

from app.services import fieldwork
from tests.factories import make_open_wave


def test_the_office_needs_an_account(stranger):
    assert stranger.get("/office/").status == 302


def test_without_a_wave_the_page_says_so(office):
    assert "Chưa có đợt khảo sát nào" in office.get("/office/").page.text


def test_a_wave_is_listed_and_leads_to_its_links(app, office):
    with app.app_context():
        wave, collectors = make_open_wave("north-1", "south-1")
        fieldwork.revoke_collector(collectors[1])
        address, code, gone = (
            f"/office/{wave.survey.code}/{wave.code}/",
            collectors[0].code,
            collectors[1].code,
        )

    assert address in office.get("/office/").html
    page = office.get(f"{address}?lang=en")
    assert f'href="/r/{code}"' in page.html
    assert gone not in page.html
    assert "revoked" in page.page.text


def test_an_unknown_wave_is_not_found(office):
    assert office.get("/office/nothing/2026/").status == 404
