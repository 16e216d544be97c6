"""Opening a link: the empty form, the same for everybody."""

from __future__ import annotations

import gzip
from datetime import timedelta

from app.queries.collectors import get_collector
from app.services import fieldwork
from tests.factories import OPENED, instrument, make_collectors, make_open_wave, make_wave
from tests.respond.conftest import open_link


def test_a_link_opens_the_empty_form(visitor, link):
    opened = visitor.get(f"/r/{link}?lang=vi")

    assert opened.status == 200
    assert opened.page.title == "Phiếu nhỏ"
    assert "Xã Bắc Một" in opened.page.text
    assert [control.get("type") for control in opened.page.named("seats")] == ["radio"] * 4
    assert [control.get("type") for control in opened.page.named("heard")] == ["checkbox"] * 2
    assert len(opened.page.named("words")) == 1


def test_nothing_is_chosen_beforehand(visitor, link):
    page = visitor.get(f"/r/{link}").page

    assert not [control for control in page.all(".//input") if "checked" in control.attrib]
    assert page.value("words") == ""


def test_the_page_holds_nothing_personal(visitor, link):
    first = visitor.get(f"/r/{link}?lang=vi")
    second = visitor.get(f"/r/{link}?lang=vi", headers={"User-Agent": "another"})

    assert first.body == second.body
    assert first.page.value("_id") == ""
    assert first.page.value("_started") == ""
    assert "csrf" not in first.page.html


def test_the_page_may_be_kept_and_asked_for_again(visitor, link):
    first = visitor.get(f"/r/{link}?lang=vi")
    tag = first.headers["ETag"]

    assert tag.startswith('"')
    assert first.headers["Cache-Control"] == "public, max-age=60"
    again = visitor.get(f"/r/{link}?lang=vi", headers={"If-None-Match": tag})
    assert (again.status, again.body) == (304, b"")
    other = visitor.get(f"/r/{link}?lang=en", headers={"If-None-Match": tag})
    assert other.status == 200
    assert other.headers["ETag"] != tag


def test_a_browser_that_unpacks_gets_it_packed_under_its_own_tag(visitor, link):
    plain = visitor.get(f"/r/{link}?lang=vi")
    packed = visitor.get(f"/r/{link}?lang=vi", headers={"Accept-Encoding": "gzip, br"})

    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert {"Accept-Encoding", "Accept-Language"} <= set(plain.headers["Vary"].split(", "))
    refused = visitor.get(f"/r/{link}?lang=vi", headers={"Accept-Encoding": "gzip;q=0"})
    assert "Content-Encoding" not in refused.headers


def test_the_language_is_the_one_asked_for_then_the_reader_s_then_the_first(visitor, link):
    def language(path, **headers):
        return visitor.get(path, headers=headers).page.tree.get("lang")

    assert language(f"/r/{link}?lang=en", **{"Accept-Language": "vi"}) == "en"
    assert language(f"/r/{link}", **{"Accept-Language": "en-GB,en;q=0.9"}) == "en"
    assert language(f"/r/{link}", **{"Accept-Language": "fr"}) == "vi"
    assert language(f"/r/{link}?lang=fr", **{"Accept-Language": "fr"}) == "vi"


def test_a_wave_offers_only_its_own_languages(visitor, app):
    link = open_link(app, languages=["en"])

    page = visitor.get(f"/r/{link}?lang=vi").page

    assert page.tree.get("lang") == "en"
    assert page.named("_switch") == []


def test_the_page_without_script_is_reached_by_an_address_that_holds_a_new_id(visitor, link):
    scripted = visitor.get(f"/r/{link}?lang=vi").page
    (refresh,) = (meta for meta in scripted.tree.iter("meta") if meta.get("http-equiv") == "refresh")
    assert refresh.get("content") == f"0; url=/r/{link}/new?lang=vi"

    begun = [visitor.get(f"/r/{link}/new?lang=vi") for _ in range(2)]

    assert [one.status for one in begun] == [302, 302]
    assert begun[0].headers["Location"] != begun[1].headers["Location"]
    assert begun[0].headers["Cache-Control"] == "no-store"
    plain = visitor.get(begun[0].headers["Location"]).page
    assert plain.named("_id") == []
    assert list(plain.tree.iter("script")) == []
    assert list(plain.tree.iter("meta"))[-1].get("http-equiv") is None
    (form,) = plain.tree.iter("form")
    assert form.get("action") is None


def test_the_page_without_script_says_which_items_depend_on_others(visitor, link):
    plain = visitor.get(f"/r/{link}/4b0f3e56-1111-4222-8333-444455556666?lang=en").page

    (hint,) = plain.by_id("item-seats").iter("p")
    assert "only if it applies" in hint.text


def test_an_unknown_link_is_said_plainly(visitor, link):
    opened = visitor.get("/r/nowhere", headers={"Accept-Language": "en"})

    assert opened.status == 404
    assert "We do not know this link" in opened.page.text
    assert visitor.get("/r/nowhere").page.tree.get("lang") == "vi"


def test_a_closed_wave_is_said_plainly(visitor, app):
    with app.app_context():
        wave, (collector,) = make_open_wave()
        fieldwork.close_wave(wave)
        link = collector.code

    for path in (f"/r/{link}", f"/r/{link}/new", f"/r/{link}/4b0f3e56-1111-4222-8333-444455556666"):
        opened = visitor.get(f"{path}?lang=vi")
        assert opened.status == 410
        assert "Cuộc khảo sát đã kết thúc" in opened.page.text
        assert opened.page.tree.find(".//form") is None


def test_a_wave_whose_planned_close_has_passed_is_closed(visitor, app):
    link = open_link(app, closes_at=OPENED + timedelta(days=1))

    assert visitor.get(f"/r/{link}").status == 410


def test_a_planned_wave_is_said_plainly(visitor, app):
    with app.app_context():
        (collector,) = make_collectors(make_wave())
        link = collector.code

    opened = visitor.get(f"/r/{link}?lang=en")

    assert opened.status == 403
    assert "has not opened yet" in opened.page.text


def test_a_revoked_link_is_said_plainly(visitor, app):
    with app.app_context():
        _wave, (collector,) = make_open_wave()
        fieldwork.revoke_collector(collector)
        link = collector.code

    opened = visitor.get(f"/r/{link}?lang=en")

    assert opened.status == 410
    assert "no longer in use" in opened.page.text


def test_a_new_version_of_the_instrument_is_shown_at_once(visitor, app):
    link = open_link(app)
    assert visitor.get(f"/r/{link}").page.value("_instrument") == "tiny@1"

    with app.app_context():
        version = fieldwork.register_instrument(instrument(2, title={"vi": "Phiếu mới", "en": "New form"}))
        fieldwork.switch_instrument(get_collector(link).wave, version)

    page = visitor.get(f"/r/{link}?lang=vi").page
    assert page.value("_instrument") == "tiny@2"
    assert page.title == "Phiếu mới"
