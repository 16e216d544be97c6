"""The links of a wave on the office's pages: one, many, from a list, relabelled, revoked, written out."""

from __future__ import annotations

import csv
import io

import pytest

from app.queries.collectors import list_collectors
from app.queries.waves import get_wave
from app.services import fieldwork
from tests.auth.person import token
from tests.factories import make_collectors, make_wave

LINKS = "/office/citizens/2026/links/"


@pytest.fixture
def planned(app, office):
    with app.app_context():
        make_wave()
    office.get("/office/?lang=en")
    return office


def press(person, path, fields, page=None):
    """Send fields with the token of the page at this address, or of another."""
    return person.post(path, {"csrf_token": token(person.get(page or path).page), **fields})


def stored(app):
    with app.app_context():
        return [
            (one.number, one.agency.code, one.label, one.mode, str(one.day or ""), one.target, one.state)
            for one in list_collectors(get_wave("citizens", "2026"))
        ]


def test_a_link_is_added_relabelled_and_revoked(app, planned):
    made = press(
        planned, LINKS, {"agency": "xã bắc một", "mode": "kiosk", "day": "2026-03-02", "target": "30"}
    )
    assert (made.status, made.location) == (303, f"{LINKS}1")
    assert stored(app) == [(1, "north-1", "North One", "kiosk", "2026-03-02", 30, "open")]

    assert press(planned, f"{LINKS}1", {"label": "Quầy 5", "target": ""}).status == 303
    assert "Close this link" in press(planned, f"{LINKS}1/revoke", {}, page=f"{LINKS}1").page.text
    assert press(planned, f"{LINKS}1/revoke", {"sure": "1"}, page=f"{LINKS}1").status == 303
    assert stored(app) == [(1, "north-1", "Quầy 5", "kiosk", "2026-03-02", None, "revoked")]
    assert planned.get(f"{LINKS}9").status == 404


def test_a_link_that_cannot_be_made_says_why_and_keeps_what_was_typed(app, planned):
    wrong = press(planned, LINKS, {"agency": "nowhere", "mode": "qr", "day": "31.2.2026", "target": "x"}).page
    for field in ("agency", "day", "target"):
        assert wrong.by_id(f"error-{field}") is not None
    assert wrong.value("day") == "31.2.2026"
    assert "Write the code or the name" in press(planned, LINKS, {"agency": ""}).page.text
    assert "answers cannot come by" in press(planned, LINKS, {"agency": "north", "mode": "owl"}).page.text
    long = press(planned, LINKS, {"agency": "north", "mode": "qr", "label": "x" * 290})
    assert "a label has 1 to 255 signs" in long.page.text
    assert stored(app) == []


def test_many_links_are_looked_at_before_they_are_made(app, planned):
    path = f"{LINKS}many"
    asked = {"branch": "north", "kind": "", "mode": "qr", "target": "5"}
    shown = press(planned, path, asked)
    assert "These links would be made: 2" in shown.page.text
    assert stored(app) == []
    assert press(planned, path, asked | {"seen": "2"}).status == 303
    assert [one[1:3] for one in stored(app)] == [("north-1", "North One"), ("north-2", "North Two")]
    again = press(planned, path, asked)
    assert again.status == 422
    assert "No agency of this branch and kind is without such a link" in again.page.text

    days = {"kind": "commune", "mode": "kiosk", "first_day": "2026-03-02", "last_day": "2026-03-08"}
    assert "These links would be made: 10" in press(planned, path, days).page.text
    chosen = days | {"on_sat": "1", "on_sun": "1"}
    assert press(planned, path, chosen | {"seen": "4"}).status == 303
    assert {one[4] for one in stored(app)} == {"", "2026-03-07", "2026-03-08"}
    assert "Write both" in press(planned, path, days | {"last_day": "2026-03-01"}).page.text
    assert "None of these days" in press(planned, path, chosen | {"last_day": "2026-03-03"}).page.text


def test_a_list_of_links_with_its_design_is_looked_at_and_made_once(app, planned):
    path = f"{LINKS}list"
    content = (
        "agency,label,mode,day,target,stratum,cluster,fpc,weight\n"
        'north-1,Quầy 1,paper,2/3/2026,20,n,a,9,"4,5"\n'
        "north-2,,,,,n,b,9,4.5\n"
    ).encode()
    sent = press(planned, path, {"file": (io.BytesIO(content), "links.csv")}, page=f"{LINKS}many")
    assert sent.status == 303
    look = planned.get(sent.location)
    assert "These links would be made: 2" in look.page.text
    assert planned.post(sent.location, {"csrf_token": token(look.page)}).status == 303
    assert planned.post(sent.location, {"csrf_token": token(look.page)}).status == 409
    assert stored(app) == [
        (1, "north-1", "Quầy 1", "paper", "2026-03-02", 20, "open"),
        (2, "north-2", "Phường Bắc Hai", "qr", "", None, "open"),
    ]
    with app.app_context():
        point = list_collectors(get_wave("citizens", "2026"))[0].sample_point
        assert (point.stratum, point.clusters, point.fpc, point.base_weight) == ("n", ["a"], [9], 4.5)


def test_a_list_of_links_with_faults_names_them_by_row(app, planned):
    content = b"agency,mode,day,target,weight\n\nnowhere,owl,x,y,0\nnorth,,,,\n"
    page = press(planned, f"{LINKS}list", {"file": (io.BytesIO(content), "l.csv")}, page=f"{LINKS}many").page
    assert page.text.count("Row 3:") == 5
    assert "Choose a file" in press(planned, f"{LINKS}list", {}, page=f"{LINKS}many").page.text
    plans = b"agency,stratum,cluster,fpc\nnorth,s,a,1\nsouth,s,b,1\n"
    sent = press(planned, f"{LINKS}list", {"file": (io.BytesIO(plans), "l.csv")}, page=f"{LINKS}many")
    refused = planned.post(sent.location, {"csrf_token": token(planned.get(sent.location).page)})
    assert refused.status == 422
    assert "has 2 PSUs, but its population only 1" in refused.page.text
    assert stored(app) == []


def test_open_links_are_written_for_a_mail_merge(app, planned):
    with app.app_context():
        wave = get_wave("citizens", "2026")
        links = make_collectors(wave, "north-1", "north-2")
        links += fieldwork.add_collectors(wave, [fieldwork.CollectorRow("south", "=1+1")])
        fieldwork.revoke_collector(links[1])
        code = links[0].code
    answer = planned.client.get(f"{LINKS}links.csv?address=https://survey.vn/")
    rows = list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert [row["agency"] for row in rows] == ["north-1", "south"]
    assert rows[0]["address"] == f"https://survey.vn/r/{code}"
    assert rows[1]["label"] == "'=1+1", "no spreadsheet takes it for a formula"
    assert planned.get(f"{LINKS}links.csv?address=nowhere").status == 422


def test_a_sampled_wave_that_is_open_takes_no_link(app, planned):
    with app.app_context():
        wave = make_wave("drawn", wave_kind="probability")
        make_collectors(wave, plan=fieldwork.collectors.Plan("s"))
        fieldwork.open_wave(wave)
    path = "/office/citizens/drawn/links/"
    page = planned.get(path).page
    assert "no link can be added any more" in page.text
    answer = planned.post(path, {"csrf_token": token(page), "agency": "north", "mode": "qr"})
    assert answer.status == 409
    assert "cannot be given collectors" in answer.page.text
