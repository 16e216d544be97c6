"""Improvement plans and sign-offs: nobody overwrites another, a signature stands, a correction asks again."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date

import pytest

from app.extensions import db, transaction
from app.models import AuditEntry, Release, User
from app.queries.errors import NotFound
from app.queries.improvement import count_lines, find_earlier_sign_off, find_sign_off, list_lines
from app.services import improvement, signing_off
from app.services.improvement import LineGiven, PlanChanged, PlanRefused, plan_seen, seen
from app.services.signing_off import Signing
from tests import factories

LINE = LineGiven("Mở thêm một quầy", "Chánh văn phòng", "2026-09-30", item="polite")
HEAD = Signing("Nguyễn Văn An", "Chủ tịch UBND xã", "Chúng tôi sẽ làm.", plan_seen([]))


def make_release(wave, number=1):
    """A release as the table knows it; no figure is needed here."""
    with transaction() as session:
        made = Release(
            wave_id=wave.id,
            number=number,
            published_on=date(2026, 4, 15),
            language="vi",
            folder=f"releases/{number}",
            results_sha256="0" * 64,
            snapshot_sha256="0" * 64,
            code_version="0",
        )
        session.add(made)
        return made


def make_head():
    with transaction() as session:
        user = User(email="an@office.vn", name="An")
        session.add(user)
        return user


@pytest.fixture
def release(app):
    with app.app_context():
        yield make_release(factories.make_wave())


def lines(release, agency="north-1"):
    return list_lines(release, agency)


def test_a_line_is_written_changed_and_followed(data):
    release = make_release(factories.make_wave())
    line = improvement.add_line(release, "north-1", LINE)

    improvement.change_line(
        release, "north-1", line.number, replace(LINE, owner="  Phó\n chánh   văn phòng "), seen(line)
    )
    improvement.set_state(release, "north-1", line.number, "under_way", seen(lines(release)[0]))

    (found,) = lines(release)
    assert (found.measure, found.owner, found.state) == (LINE.measure, "Phó chánh văn phòng", "under_way")
    assert (found.due_on, found.item) == (date(2026, 9, 30), "polite")
    assert lines(release, "north-2") == []


def test_numbers_go_on_counting_and_a_line_can_go(release):
    first, second = (improvement.add_line(release, "north-1", LINE) for _ in range(2))
    improvement.remove_line(release, "north-1", first.number, seen(first))

    assert [one.number for one in lines(release)] == [second.number]
    assert improvement.add_line(release, "north-1", LINE).number == 3
    assert improvement.add_line(release, "north-2", LINE).number == 1


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"measure": "  "}, "measure", "what is to be done"),
        ({"measure": "x" * 1001}, "measure", "at most 1000"),
        ({"owner": ""}, "owner", "who answers for it"),
        ({"due_on": "30/09/2026"}, "due_on", "Choose the day"),
        ({"due_on": "2026-02-30"}, "due_on", "Choose the day"),
        ({"due_on": "2026-04-14"}, "due_on", "from 15/04/2026 to 31/12/2036"),
        ({"due_on": "2037-01-01"}, "due_on", "from 15/04/2026 to 31/12/2036"),
        ({"state": "late"}, "state", "how far"),
        ({"item": "nothing"}, "item", "an item of the questionnaire"),
    ],
)
def test_a_wrong_line_is_refused_in_one_sentence_beside_its_field(release, changes, field, said):
    with pytest.raises(PlanRefused, match=said) as refused:
        improvement.add_line(release, "north-1", replace(LINE, **changes))

    assert refused.value.field == field
    assert lines(release) == []


def test_who_saw_an_older_text_overwrites_nothing(release):
    line = improvement.add_line(release, "north-1", LINE)
    was = seen(line)
    improvement.change_line(release, "north-1", 1, replace(LINE, measure="Đào tạo"), was)

    for late in (
        lambda: improvement.change_line(release, "north-1", 1, replace(LINE, measure="Khác"), was),
        lambda: improvement.set_state(release, "north-1", 1, "done", was),
        lambda: improvement.remove_line(release, "north-1", 1, was),
    ):
        with pytest.raises(PlanChanged, match="Somebody else"):
            late()
    assert (lines(release)[0].measure, lines(release)[0].state) == ("Đào tạo", "planned")


def test_of_two_at_once_one_has_the_line_and_the_other_is_told(data):
    """Two real threads change the same line, having seen the same text."""
    release = make_release(factories.make_wave())
    line = improvement.add_line(release, "north-1", LINE)
    was, key, start = seen(line), release.id, threading.Barrier(2)
    told = []

    def change(text):
        with data.app_context():
            mine = db.session.get(Release, key)
            start.wait(timeout=20)
            try:
                improvement.change_line(mine, "north-1", 1, replace(LINE, measure=text), was)
                told.append(("done", text))
            except PlanChanged:
                told.append(("refused", text))
            db.session.remove()

    threads = [threading.Thread(target=change, args=(text,)) for text in ("Một", "Hai")]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=60)
    db.session.rollback()

    assert sorted(what for what, _text in told) == ["done", "refused"]
    assert lines(release)[0].measure == dict(told)["done"]


def test_the_head_signs_once_and_the_plan_stands(data):
    release, head = make_release(factories.make_wave()), make_head()
    line = improvement.add_line(release, "north-1", LINE)
    signing_off.sign_off(release, "north-1", head.id, replace(HEAD, plan=plan_seen([line])))

    found = find_sign_off(release, "north-1")
    assert (found.signed_name, found.position) == ("Nguyễn Văn An", "Chủ tịch UBND xã")
    with pytest.raises(PlanRefused, match="signed off already, by Nguyễn Văn An"):
        signing_off.sign_off(release, "north-1", head.id, replace(HEAD, plan=plan_seen([line])))
    for late in (
        lambda: improvement.add_line(release, "north-1", LINE),
        lambda: improvement.change_line(release, "north-1", 1, LINE, seen(line)),
        lambda: improvement.remove_line(release, "north-1", 1, seen(line)),
    ):
        with pytest.raises(PlanRefused, match="was signed off"):
            late()
    improvement.set_state(release, "north-1", 1, "done", seen(line))
    assert lines(release)[0].state == "done"


def test_what_was_not_read_is_not_signed(release):
    head = make_head()
    improvement.add_line(release, "north-1", LINE)

    with pytest.raises(PlanRefused, match="while you read it"):
        signing_off.sign_off(release, "north-1", head.id, HEAD)
    assert find_sign_off(release, "north-1") is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"position": ""}, "position"),
        ({"comment": "x" * 4001}, "comment"),
    ],
)
def test_a_signature_needs_a_name_and_a_position(release, changes, field):
    with pytest.raises(PlanRefused) as refused:
        signing_off.sign_off(release, "north-1", make_head().id, replace(HEAD, **changes))

    assert refused.value.field == field


def test_a_corrected_release_is_not_signed_yet_and_takes_the_plan_over(release):
    head = make_head()
    line = improvement.add_line(release, "north-1", LINE)
    signing_off.sign_off(release, "north-1", head.id, replace(HEAD, plan=plan_seen([line])))
    newer = make_release(release.wave, number=2)

    assert find_sign_off(newer, "north-1") is None
    assert find_earlier_sign_off(newer, "north-1").release.number == 1
    assert improvement.take_over(newer, "north-1") == 1
    assert lines(newer)[0].measure == LINE.measure
    with pytest.raises(PlanRefused, match="has a plan already"):
        improvement.take_over(newer, "north-1")
    with pytest.raises(PlanRefused, match="Release 2 has been published"):
        improvement.set_state(release, "north-1", 1, "done", seen(line))


def test_overdue_is_what_is_not_done_after_its_day(release):
    for state in ("planned", "done"):
        improvement.add_line(release, "north-1", replace(LINE, state=state))

    before, after = (count_lines(release, day)["north-1"] for day in (date(2026, 9, 30), date(2026, 10, 1)))
    assert (before.lines, before.done, before.late) == (2, 1, 0)
    assert after.late == 1


def test_another_agency_or_line_is_not_there(release):
    with pytest.raises(NotFound):
        improvement.add_line(release, "nowhere", LINE)
    with pytest.raises(NotFound):
        improvement.set_state(release, "north-1", 7, "done", "")


def test_every_change_stands_in_the_audit(release):
    head = make_head()
    line = improvement.add_line(release, "north-1", LINE)
    improvement.change_line(release, "north-1", 1, replace(LINE, owner="Lan"), seen(line))
    improvement.set_state(release, "north-1", 1, "under_way", seen(lines(release)[0]))
    signing_off.sign_off(release, "north-1", head.id, replace(HEAD, plan=plan_seen(lines(release))))

    found = db.session.query(AuditEntry).order_by(AuditEntry.number).all()
    assert [one.action for one in found[-4:]] == [
        "plan.line_added",
        "plan.line_changed",
        "plan.state_set",
        "release.signed_off",
    ]
    assert {one.subject for one in found[-4:]} == {"citizens/2026/1 north-1"}
