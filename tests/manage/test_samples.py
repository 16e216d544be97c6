"""The sample of a wave on the office's pages: planned, drawn, looked at, made into links once."""

from __future__ import annotations

import io
import json
import threading
from datetime import date

import pytest

from app.extensions import db
from app.models import AuditEntry
from app.queries.collectors import list_collectors
from app.queries.waves import get_wave
from app.services import fieldwork, samples
from app.services.assembly.samples import Wish, draw, propose
from app.services.fieldwork import collectors
from tests.auth.person import token
from tests.factories import make_wave

PATH = "/office/citizens/2026/samples/"
WISH = {
    "design": "days",
    "branch": "north",
    "margin": "",
    "total": "60",
    "per_psu": "10",
    "rho": "0,05",
    "response": "0.5",
    "first_day": "2026-03-02",
    "last_day": "2026-03-13",
    "mode": "paper",
}


@pytest.fixture
def english(app, office):
    with app.app_context():
        make_wave(wave_kind="probability")
    office.get("/office/?lang=en")
    return office


def press(person, **fields):
    return person.post(PATH, {"csrf_token": token(person.get(PATH).page), **fields})


def take(person, drawn, **changes):
    """Press the button under the draw."""
    form = next(one for one in drawn.page.all(".//form") if one.find("input[@name='seen']") is not None)
    fields = {one.get("name"): one.get("value", "") for one in form.iter("input")}
    return person.post(PATH, fields | {"mode": "paper"} | changes)


def audited(app, action):
    with app.app_context():
        rows = db.session.query(AuditEntry).filter_by(action=action).order_by(AuditEntry.number)
        return [json.loads(one.facts) for one in rows]


def test_a_sample_is_planned_drawn_and_made_into_links_once(app, english):
    plan = press(english, **WISH)
    assert "The plan" in plan.page.text
    assert "All together" in plan.page.text
    drawn = press(english, **WISH, step="draw", seed="2026")
    assert "The draw: 6" in drawn.page.text
    assert press(english, **WISH, step="draw", seed="2026").page.text == drawn.page.text
    with app.app_context():
        assert list_collectors(get_wave("citizens", "2026")) == []

    assert take(english, drawn).status == 303
    with app.app_context():
        wave = get_wave("citizens", "2026")
        links = list_collectors(wave)
        assert [(one.agency.code, one.mode, one.target) for one in links] == [
            ("north-1", "paper", 10)
        ] * 3 + [("north-2", "paper", 10)] * 3
        assert {one.sample_point.base_weight for one in links} == {10 / 3}
        fieldwork.open_wave(wave)
    (facts,) = audited(app, "links.added")
    assert (facts["seed"], facts["method"], facts["psus"]) == (2026, "days", 6)
    assert [one["sample_sha256"] for one in audited(app, "sample.drawn")] == [facts["sample_sha256"]] * 2

    page = english.get(PATH).page.text
    assert "The wave has its sample: 6" in page
    assert "is fixed before the wave opens" in page
    rows = english.client.get(f"{PATH}sample.csv").get_data().decode("utf-8-sig").splitlines()
    assert rows[0].startswith("number,agency,agency_name,day,stratum,cluster,fpc,base_weight")
    assert len(rows) == 7


def test_a_second_draw_and_a_draw_that_was_not_shown_are_refused(app, english):
    drawn = press(english, **WISH, step="draw", seed="1")
    refused = take(english, drawn, seed="2")
    assert refused.status == 422
    assert "look at it again" in refused.page.text
    assert take(english, drawn).status == 303
    again = take(english, drawn)
    assert again.status == 422
    assert "a second draw would be a choice between samples" in again.page.text
    with app.app_context():
        assert len(list_collectors(get_wave("citizens", "2026"))) == 6


def test_volumes_come_from_a_list_and_stay_with_the_draw(app, english):
    wish = WISH | {"design": "pps", "branch": "", "total": "", "margin": "9"}
    assert "have no volume above 0" in press(english, **wish).page.text
    content = b'agency,volume\nnorth-1,100\nnorth-2,300\nsouth-1,"50,5"\n'
    plan = press(english, **wish, file=(io.BytesIO(content), "volumes.csv"))
    key = plan.page.named("volumes")[0].get("value")
    drawn = press(english, **wish, step="draw", seed="5", volumes=key)
    assert take(english, drawn).status == 303
    with app.app_context():
        links = list_collectors(get_wave("citizens", "2026"))
        assert {one.agency.code for one in links} == {"north-1", "north-2", "south-1"}
        assert links[0].sample_point.fpc == []
    wrong = b"agency,volume\nnorth-1,many\n"
    assert press(english, **wish, file=(io.BytesIO(wrong), "v.csv")).status == 422


def test_a_wish_that_says_nothing_or_too_much_is_told_beside_its_fields(english):
    wrong = WISH | {"margin": "5", "per_psu": "0", "rho": "2", "response": "0", "cost": "-1", "first_day": ""}
    page = press(english, **wrong).page
    for name in ("margin", "per_psu", "rho", "response", "cost", "first_day"):
        assert page.by_id(f"error-{name}") is not None
    assert page.value("per_psu") == "0"
    assert (
        "Write a whole number of at most nine digits"
        in press(english, **WISH, step="draw", seed="x").page.text
    )
    assert "No agency of that day" in press(english, **WISH | {"branch": "nowhere"}).page.text


def test_only_a_wave_that_asks_a_sample_is_given_one(app, english):
    with app.app_context():
        make_wave("open")
    page = english.get("/office/citizens/open/samples/").page.text
    assert "Only a wave that asks a drawn sample is given one" in page


def test_of_two_clicks_at_once_one_makes_the_links(data, monkeypatch):
    wave = make_wave(wave_kind="probability")
    days = tuple(date(2026, 3, day) for day in range(2, 7))
    wish = Wish("days", days, margin=None, total=60, per_psu=10)
    proposal = propose(samples.frame_of(wave, "north", ""), wish)
    drawn = draw(proposal, 2026)
    told, inside = [], []

    def take_it():
        return samples.take_sample(
            get_wave("citizens", "2026"), proposal, drawn, seen=drawn.digest, mode="paper", language="vi"
        )

    def second_click():
        with data.app_context():
            try:
                take_it()
            except samples.SampleRefused as refused:
                told.append(str(refused))

    second = threading.Thread(target=second_click)
    add = collectors.plan_faults

    def meanwhile(*given):
        if not inside:
            inside.append(True)
            second.start()
            second.join(0.5)  # it has passed the first look, and has to wait for the second
        return add(*given)

    monkeypatch.setattr(collectors, "plan_faults", meanwhile)
    made = take_it()
    second.join(30)
    assert [one for one in told if "a second draw would be a choice" in one] == told
    assert len(told) == 1
    assert len(list_collectors(get_wave("citizens", "2026"))) == len(made) == 6
