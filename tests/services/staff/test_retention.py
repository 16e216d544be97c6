"""The retention clock: on the promised day raw answers are gone, from the pages of the database too."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from app.extensions import db
from app.models import (
    Comment,
    Contact,
    Destruction,
    Draft,
    HeadCount,
    Interview,
    Invitation,
    PaperEntry,
    Release,
    Response,
    Slip,
    Wave,
)
from app.queries.retention import destroyed_on, list_destructions
from app.services import (
    drafts,
    fieldwork,
    interviewers,
    releasing,
    responding,
    slips,
    snapshot_file,
    snapshots,
)
from app.services.snapshot_columns import Layout
from app.services.snapshots import Destroyed
from app.services.staff import contacts, retention, settings
from app.services.staff.inviting import pool_of
from tests import factories
from tests.services.staff.conftest import collector_id, make_staff_wave
from tests.services.staff.remains import database_places, holding

UNTIL = date(2026, 6, 30)
LATER = UNTIL + timedelta(days=1)
SECRET = "Dấu vết không được còn lại"


def keep_until(wave, day=UNTIL):
    wave.retain_until = day
    db.session.commit()


@pytest.fixture
def frozen(data):
    """A staff wave that was answered with a comment, frozen and released."""
    staff = make_staff_wave({"law": 12, "ministry": 10})
    for one in staff.of("law") + staff.of("ministry"):
        staff.answer(one, words=SECRET)
    fieldwork.close_wave(staff.wave, now=factories.CLOSED)
    snapshots.freeze(staff.wave, now=factories.CLOSED)
    releasing.release(staff.wave, published_on=date(2026, 5, 1), language="vi")
    keep_until(staff.wave)
    yield staff
    db.session.remove()


def count(table):
    return db.session.scalar(select(func.count()).select_from(table))


def test_nothing_is_due_on_the_last_day(frozen):
    assert retention.list_due(UNTIL) == []
    assert retention.run(UNTIL) == []
    assert count(Response) == 22


def test_a_dry_run_says_what_would_go_and_changes_nothing(frozen):
    (due,) = retention.list_due(LATER)
    assert due.counts == {"responses": 22, "comments": 22, "pools": 2, "snapshot files": 1}
    assert count(Response) == 22


def test_raw_answers_go_and_what_was_released_stays(frozen):
    wave, law = frozen.wave, frozen.of("law")[0]
    snapshot = snapshots.path_of(wave)
    retention.run(LATER)
    for table in (Response, Comment):
        assert count(table) == 0
    assert not snapshot.exists()
    assert not pool_of(collector_id(law.collector_code)).path.exists()
    assert retention.left_of(wave) == {}
    (released,) = db.session.scalars(select(Release))
    assert (releasing.folder_of(released) / "results.json").exists()
    assert wave.snapshot_sha256
    assert (count(HeadCount), count(Invitation)) == (2, 22)
    assert {(one.kind, one.count) for one in list_destructions(wave)} == {
        ("responses", 22),
        ("comments", 22),
        ("pools", 2),
        ("snapshot files", 1),
    }
    assert {one.on for one in list_destructions(wave)} == {LATER}


def test_no_file_of_the_instance_or_the_database_holds_an_answer_afterwards(data, frozen, request):
    places = database_places(data, request)
    assert holding(places, SECRET)
    retention.run(LATER)
    db.session.remove()
    db.engine.dispose()
    assert holding(places, SECRET) == []


def test_a_second_run_finds_nothing(frozen):
    assert len(retention.run(LATER)) == 1
    assert retention.run(LATER) == []


def test_recomputing_is_then_no_longer_possible_and_is_said_so(frozen):
    retention.run(LATER)
    assert destroyed_on(frozen.wave) == LATER
    for step in (
        lambda: releasing.release(frozen.wave, published_on=LATER, language="vi"),
        lambda: snapshots.freeze(frozen.wave),
        lambda: snapshots.path_of(frozen.wave),
    ):
        with pytest.raises(Destroyed, match="recomputing is no longer possible"):
            step()


def test_the_switch_stays_turned_after_the_answers_are_gone(frozen):
    retention.run(LATER)
    with pytest.raises(settings.SettingRefused):
        settings.change(frozen.wave, threshold=5)


def test_a_wave_that_was_never_frozen_loses_its_pools_and_cannot_be_frozen_empty(data):
    staff = make_staff_wave({"law": 12})
    for one in staff.made:
        staff.answer(one, words=SECRET)
    fieldwork.close_wave(staff.wave, now=factories.CLOSED)
    keep_until(staff.wave)
    assert retention.run(LATER)[0].counts == {"pools": 1}
    with pytest.raises(Destroyed):
        snapshots.freeze(staff.wave)
    db.session.remove()


def test_an_open_wave_waits_until_it_is_closed(data):
    staff = make_staff_wave({"law": 12})
    keep_until(staff.wave)
    (due,) = retention.run(LATER)
    assert due.waits
    assert pool_of(collector_id(staff.made[0].collector_code)).path.exists()
    db.session.remove()


def test_contacts_fall_due_when_the_planned_close_has_passed(data):
    staff = make_staff_wave({"law": 12})
    with db.session.begin():
        number = db.session.scalars(select(Invitation.id).order_by(Invitation.id)).first()
        wave = db.session.get(Wave, staff.wave.id)
        contacts.keep(db.session(), wave, {number: ("a@b.vn", "vi", "token")})
        wave.closes_at = wave.late_until = factories.CLOSED
    assert contacts.key_path(staff.wave.id).exists()
    retention.run(date(2026, 4, 1))
    assert count(Contact) == 0
    assert not contacts.key_path(staff.wave.id).exists()
    (log,) = db.session.scalars(select(Destruction))
    assert (log.kind, log.count) == ("contacts", 1)
    db.session.remove()


def test_a_file_that_resists_is_said_and_no_row_is_gone(frozen, monkeypatch):
    def resisting(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(retention, "_overwrite", resisting)
    with pytest.raises(retention.LeftOver, match="1 snapshot files could not be destroyed"):
        retention.run(LATER)
    assert count(Response) == 22
    assert list_destructions(frozen.wave) == []


def test_a_survey_of_citizens_loses_everything_that_leads_to_an_answer(data):
    wave, (collector,) = factories.make_open_wave("north-1")
    interviewers.add("L07", "Lan")
    sheet = slips.make_sheets(collector)[0]
    slips.set_door(collector, slips=False)
    responding.submit(factories.submission(collector, interviewer="L07"))
    responding.submit(factories.submission(collector, slip=sheet.codes[0]))
    drafts.save(collector.id, "11111111-1111-4111-8111-111111111111", {"answers": {}})
    assert (count(Interview), count(Draft)) == (1, 1)
    fieldwork.close_wave(wave, now=factories.CLOSED)
    keep_until(wave)
    retention.run(LATER)
    for table in (Response, Interview, Draft, PaperEntry):
        assert count(table) == 0
    used = db.session.scalars(select(Slip.response_id).where(Slip.used_on.is_not(None))).all()
    assert len(used) == 1
    assert used[0].startswith("destroyed-")
    db.session.remove()


@pytest.fixture
def over(app):
    """A wave of citizens whose day has passed, and the folder of snapshots."""
    with app.app_context():
        wave, _ = factories.make_open_wave("north-1")
        fieldwork.close_wave(wave, now=factories.CLOSED)
        keep_until(wave)
        folder = app.config["SNAPSHOT_FOLDER"]
        folder.mkdir(parents=True, exist_ok=True)
        yield wave, folder
        db.session.remove()


def test_what_killed_freezings_left_goes_and_what_another_wave_names_stays(over):
    wave, folder = over
    other, draft = factories.make_wave("2027"), f"citizens-2026.{'0' * 16}.parquet"
    # As of a wave whose codes, joined, read the same.
    other.snapshot_path, other.snapshot_sha256 = "citizens-2026-bbbbbbbbbbbb.parquet", "b" * 64
    other.snapshot_rows, other.state = 1, "closed"
    other.frozen_at = other.late_until = factories.CLOSED
    db.session.commit()
    kept = [
        other.snapshot_path,
        "citizens-2026-2-aaaaaaaaaaaa.parquet",
        f".snapshot-citizens-2026-2{draft[13:]}-x",
    ]
    for name in (*kept, draft, "citizens-2026-aaaaaaaaaaaa.parquet", f".snapshot-{draft}-k_1aew92/00.share"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(SECRET)
    assert retention.left_of(wave)["snapshot files"] == 3
    retention.run(LATER)
    assert sorted(path.name for path in folder.iterdir()) == sorted(kept)


def test_a_freezing_that_is_killed_leaves_nothing_that_retention_does_not_know(over):
    wave, folder = over
    layout, seen = Layout(1, ()), []

    def rows():
        for key in ("0a", "0b", "0c"):
            seen.append(retention.left_of(wave).get("snapshot files", 0))
            yield dict.fromkeys(layout.design, None) | {"response_key": key, "date": UNTIL, "weight": 1.0}

    snapshot_file.write(folder / f"citizens-2026.{'0' * 16}.parquet", layout, rows())
    assert seen == [0, 1, 2]
