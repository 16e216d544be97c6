"""What the tables themselves refuse, whatever program writes to them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from sqlalchemy.exc import IntegrityError, StatementError

from app.extensions import db, transaction
from app.models import Agency, AgencyName, AgencyParent, Collector, Survey, User, Wave
from tests.factories import BEGIN, CLOSED, OPENED, make_agencies, make_collectors, make_wave


def stored(row):
    db.session.add(row)
    db.session.commit()
    db.session.expire_all()
    return row


def refused(row):
    db.session.add(row)
    with pytest.raises(IntegrityError) as caught:
        db.session.commit()
    db.session.rollback()
    return str(caught.value.orig)


def test_a_user_is_stored_and_active_by_default(data):
    user = stored(User(email="an@example.org", name="Nguyễn Thị An", password_hash="x"))

    assert (user.name, user.active) == ("Nguyễn Thị An", True)


def test_a_moment_comes_back_in_utc_from_whatever_zone_it_was_given(data):
    wave = make_wave(opens_at=datetime(2026, 3, 2, 8, 30, tzinfo=timezone(timedelta(hours=7))))
    db.session.expire_all()

    assert wave.opens_at == datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
    assert wave.opens_at.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused(data):
    wave = make_wave()
    wave.opens_at = datetime(2026, 3, 2)

    with pytest.raises(StatementError, match="must know its time zone"):
        db.session.commit()


def test_vietnamese_text_in_json_is_stored_readably(data):
    make_wave()

    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT CAST(title AS TEXT) FROM wave").scalar() == (
            '{"vi":"Đợt 2026","en":"Wave 2026"}'
        )


def test_an_agency_code_is_unique(data):
    make_agencies()

    assert "agency" in refused(Agency(code="north", kind="commune", valid_from=BEGIN))


@pytest.mark.parametrize(
    ("row", "constraint"),
    [
        (lambda: Agency(code="x", kind="kingdom", valid_from=BEGIN), "ck_agency_kind"),
        (lambda: Agency(code="x", kind="ward", valid_from=BEGIN, valid_to=BEGIN), "ck_agency_period"),
        (
            lambda: AgencyParent(agency_id=1, parent_id=1, valid_from=date(2030, 1, 1)),
            "ck_agency_parent_not_itself",
        ),
        (lambda: Survey(code="citizens", title={}), "survey"),
        (lambda: AgencyName(agency_id=99, language="vi", name="?", valid_from=BEGIN), "(?i)foreign key"),
        (lambda: wave_row(state="asleep"), "ck_wave_state"),
        (lambda: wave_row(wave_kind="poll"), "ck_wave_wave_kind"),
        (lambda: wave_row(threshold=0), "ck_wave_threshold"),
        (lambda: wave_row(level=95), "ck_wave_level"),
        (lambda: wave_row(opens_at=CLOSED, closes_at=OPENED), "ck_wave_closes_after_opening"),
        (lambda: wave_row(closes_at=CLOSED, late_until=OPENED), "ck_wave_late_after_close"),
        (lambda: wave_row(state="closed"), "ck_wave_closed_has_late_until"),
        (lambda: wave_row(frozen_at=CLOSED), "ck_wave_frozen_is_closed"),
        (
            lambda: wave_row(snapshot_path="a", snapshot_sha256="b", snapshot_rows=1),
            "ck_wave_snapshot_is_frozen",
        ),
        (lambda: wave_row(snapshot_path="a"), "ck_wave_snapshot_whole"),
        (lambda: collector_row(mode="telegraph"), "ck_collector_mode"),
        (lambda: collector_row(number=1), "collector"),
        (lambda: collector_row(agency_id=99), "(?i)foreign key"),
    ],
)
def test_the_database_refuses_what_cannot_be(data, row, constraint):
    make_collectors(make_wave())

    assert re.search(constraint, refused(row()))


def test_a_service_does_not_begin_over_changes_made_outside_of_one(data):
    wave = make_wave()
    wave.threshold = 20

    with pytest.raises(RuntimeError, match="outside a service"), transaction():
        pass
    db.session.rollback()
    assert wave.threshold == 10


def test_a_use_case_that_breaks_off_leaves_nothing(data):
    def break_off():
        with transaction() as session:
            session.add(Survey(code="half", title={}))
            session.flush()
            raise KeyError("half")

    with pytest.raises(KeyError):
        break_off()
    assert db.session.query(Survey).count() == 0


def wave_row(**changes):
    given = {
        "survey_id": 1,
        "code": "other",
        "title": {},
        "instrument_version_id": 1,
        "tree_date": BEGIN,
        "wave_kind": "census",
        "languages": ["vi"],
    }
    return Wave(**given | changes)


def collector_row(**changes):
    given = {"wave_id": 1, "number": 2, "agency_id": 1, "code": "abc", "label": "Quầy", "mode": "qr"}
    return Collector(**given | changes)
