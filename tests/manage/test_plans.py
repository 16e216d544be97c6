"""From a survey to a frozen wave, all of it on the office's pages."""

from __future__ import annotations

from datetime import date

import pytest

from app import clock
from app.extensions import db
from app.models import AuditEntry
from app.queries.collectors import list_collectors
from app.queries.waves import get_wave
from app.services import fieldwork, responding, snapshots
from app.services.agencies import merge_agency
from tests.auth.person import token
from tests.factories import instrument, make_agencies, make_collectors, make_wave, submission

WAVE = "/office/citizens/2026/"
FILLED = {
    "code": "2026",
    "title_vi": "Đợt 2026",
    "title_en": "Wave 2026",
    "instrument": "tiny@1",
    "tree_date": "2026-03-01",
    "wave_kind": "volunteer",
    "opens_at": "2026-03-02 07:30",
    "closes_at": "31/3/2099 17:00",
    "languages": ["vi", "en"],
    "layout": "one_page",
    "threshold": "10",
    "level": "0.95",
    "combine": "pooled",
    "hours_mon": "7:30-11:30; 13:30-17:00",
}


@pytest.fixture
def country(app):
    with app.app_context():
        make_agencies()
        fieldwork.register_instrument(instrument())


@pytest.fixture
def english(office, country):
    office.get("/office/?lang=en")
    return office


def press(person, path, **fields):
    return person.post(path, {"csrf_token": token(person.get(path).page), **fields})


def _no_room(*_given, **_options):
    raise OSError(28, "No space left on device")


def test_a_survey_and_its_wave_are_planned_opened_closed_and_frozen(app, english, monkeypatch):
    made = press(english, "/office/surveys/", code="citizens", title_vi="Người dân", title_en="Citizens")
    assert (made.status, made.location) == (303, "/office/surveys/citizens/plan")
    assert press(english, made.location, **FILLED).location == WAVE
    with app.app_context():
        wave = get_wave("citizens", "2026")
        assert wave.hours == {"mon": [["07:30", "11:30"], ["13:30", "17:00"]]}
        assert wave.closes_at.isoformat() == "2099-03-31T10:00:00+00:00"
        assert (wave.late_until - wave.closes_at).days == 7

    step = f"{WAVE}steps/open"
    assert "it has no collector" in english.get(step).page.text
    assert (
        "no collector"
        in english.post(step, {"csrf_token": token(english.get(step).page), "sure": "1"}).page.text
    )
    with app.app_context():
        make_collectors(get_wave("citizens", "2026"))
    assert "1 links can be opened" in english.get(step).page.text
    assert "Say that you have read" in press(english, step).page.text
    assert press(english, step, sure="1").location == WAVE
    assert "Open" in english.get(WAVE).page.of_class("road")[0].find("li[@aria-current]").text
    with app.app_context():
        (link,) = list_collectors(get_wave("citizens", "2026"))
        now = clock.now()
        responding.submit(submission(link, started_at=now, submitted_at=now, received_at=now))
    assert "this step needs" in english.get(step).page.text
    assert press(english, f"{WAVE}steps/close", sure="1").status == 303
    freeze = english.get(f"{WAVE}steps/freeze").page.text
    assert "The 1 answers that count are written into a snapshot" in freeze
    assert "freezing now leaves them out" in freeze
    with monkeypatch.context() as patch:
        patch.setattr(snapshots, "freeze", _no_room)
        full = press(english, f"{WAVE}steps/freeze", sure="1")
    assert full.status == 507
    assert "The disk is full" in full.page.text
    assert press(english, f"{WAVE}steps/freeze", sure="1").status == 303
    with app.app_context():
        assert get_wave("citizens", "2026").snapshot_rows == 1
        actions = [
            (one.action, one.actor) for one in db.session.query(AuditEntry).order_by(AuditEntry.number)
        ]
    for action in ("survey.created", "wave.planned", "wave.opened", "wave.closed"):
        assert (action, "lan@office.vn") in actions


def test_everything_typed_is_kept_and_every_fault_is_said_beside_its_field(app, english):
    with app.app_context():
        fieldwork.create_survey("citizens", {"vi": "Người dân"})
    wrong = FILLED | {
        "tree_date": "soon",
        "threshold": "many",
        "opens_at": "2026-13-01",
        "hours_mon": "early",
        "languages": [],
        "title_vi": "Tên này được giữ",
    }
    page = press(english, "/office/surveys/citizens/plan", **wrong).page
    assert page.title.startswith("Error:")
    for field in ("tree_date", "threshold", "opens_at", "hours_mon", "languages"):
        assert page.by_id(f"error-{field}") is not None
    assert page.value("title_vi") == "Tên này được giữ"
    assert page.value("opens_at") == "2026-13-01"

    said = press(
        english,
        "/office/surveys/citizens/plan",
        **FILLED | {"code": "Đợt", "closes_at": "2026-01-01", "title_vi": "", "title_en": ""},
    ).page
    assert "has other signs" in said.by_id("error-code").find("span").tail
    assert "closes before it opens" in said.text
    assert "The wave has no title" in said.text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"code": "agencies", "title_vi": "A"}, "is the name of a page"),
        ({"code": "A B", "title_vi": "A"}, "has other signs"),
        ({"code": "a"}, "The survey has no title"),
        ({"code": "citizens", "title_vi": "A"}, "is taken"),
    ],
)
def test_a_survey_that_cannot_be_created_says_why(app, english, fields, sentence):
    with app.app_context():
        fieldwork.create_survey("citizens", {"vi": "Người dân"})
    answer = press(english, "/office/surveys/", **fields)
    assert answer.status == 422
    assert sentence in answer.page.text


def test_a_planned_wave_is_changed_and_an_open_one_stands(app, english):
    with app.app_context():
        make_collectors(make_wave())
    changed = FILLED | {"threshold": "12", "wave_kind": "census", "double_entry": "1"}
    assert press(english, f"{WAVE}plan", **changed).status == 303
    with app.app_context():
        wave = get_wave("citizens", "2026")
        assert (wave.threshold, wave.wave_kind, wave.double_entry) == (12, "census", True)
        merge_agency("north-1", "north-2", date(2026, 4, 1))
    refused = press(english, f"{WAVE}plan", **changed | {"tree_date": "2026-05-01"})
    assert refused.status == 422
    assert "north-1 has a link of this wave and is not in the tree of 2026-05-01" in refused.page.text
    with app.app_context():
        fieldwork.open_wave(get_wave("citizens", "2026"))
    page = english.get(f"{WAVE}plan").page
    assert "The wave has begun" in page.text
    answer = english.post(f"{WAVE}plan", {"csrf_token": token(page), **changed, "threshold": "3"})
    assert answer.status == 409
    with app.app_context():
        assert get_wave("citizens", "2026").threshold == 12


def test_a_sampled_wave_without_a_design_is_told_at_opening(app, english):
    with app.app_context():
        make_collectors(make_wave(wave_kind="probability"))
    answer = english.get(f"{WAVE}steps/open")
    assert "collector 1 has no place in the sample; give each one a plan" in answer.page.text
    assert press(english, f"{WAVE}steps/open", sure="1").status == 409


def test_only_known_steps_are_there(app, english):
    with app.app_context():
        make_wave()
    assert english.get(f"{WAVE}steps/burn").status == 404
    assert english.post(f"{WAVE}steps/open", {"sure": "1"}).status == 400, "without the page's token"
