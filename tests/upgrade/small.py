"""The small database that is dumped at each release, and what must be read back from it ever after.

What is asked here goes through the queries of today, so it holds for every dump, however old.
"""

from __future__ import annotations

from datetime import date
from random import Random
from uuid import UUID

from sqlalchemy import select

from app.extensions import db, transaction
from app.models import Release, User
from app.queries.agencies import get_agency, get_tree
from app.queries.collectors import list_collectors
from app.queries.responses import count_responses, list_responses
from app.queries.users import find_user
from app.queries.waves import get_wave, instrument_of
from app.services import fieldwork, snapshots
from app.services.agencies import merge_agency, rename_agency
from app.services.fieldwork import CollectorRow
from app.services.responding import submit_many
from app.services.sampling import Plan
from tests.factories import CLOSED, OPENED, make_wave, submission

LATER = date(2026, 6, 1)


def fill() -> None:
    """Two waves, one closed and frozen with a late answer, one planned; agencies with a past; an account."""
    wave = make_wave(wave_kind="probability")
    rows = [
        CollectorRow(
            "north-1", "Quầy 1", "kiosk", date(2026, 3, 2), Plan("01", ("north-1", "a"), (40, 20), 12.5)
        ),
        CollectorRow("south-1", "Quầy 2", "qr", None, Plan("02", ("south-1", "b"), (30, 9), 7.25)),
    ]
    one, two = fieldwork.add_collectors(wave, rows, draw=Random(1))
    fieldwork.open_wave(wave, now=OPENED)
    submit_many(
        [
            submission(one, response_id=str(UUID(int=1)), answers={"polite": "3", "words": "Tốt, cảm ơn!"}),
            submission(two, response_id=str(UUID(int=2)), answers={"polite": "na", "heard": ("tv", "net")}),
        ]
    )
    fieldwork.revoke_collector(two)
    fieldwork.close_wave(wave, now=CLOSED)
    snapshots.freeze(wave, key=b"dump", now=CLOSED)
    submit_many([submission(one, response_id=str(UUID(int=3)), received_at=CLOSED)])
    make_wave("2027", opens_at=OPENED.replace(year=2027))
    rename_agency("north", {"vi": "Thành phố Bắc"}, LATER)
    merge_agency("south", "north", LATER)
    with transaction() as session:
        session.add(User(email="an@example.org", name="Nguyễn Thị An", password_hash="none"))
        session.add(
            Release(
                wave=wave,
                number=1,
                published_on=LATER,
                language="vi",
                folder="releases/1",
                results_sha256="a" * 64,
                snapshot_sha256=wave.snapshot_sha256,
                code_version="0.1.0",
            )
        )


def check() -> None:
    """The rows of `fill` are all there and mean the same."""
    wave = get_wave("citizens", "2026")
    assert (wave.state, wave.wave_kind, wave.title["vi"]) == ("closed", "probability", "Đợt 2026")
    assert (wave.opens_at, wave.closes_at, wave.frozen_at) == (OPENED, CLOSED, CLOSED)
    assert wave.snapshot_rows == 2
    assert wave.snapshot_path == f"citizens-2026-{wave.snapshot_sha256[:12]}.parquet"
    assert instrument_of(wave).item("polite").text["vi"] == "Lịch sự"
    assert get_wave("citizens", "2027").state == "planned"

    one, two = list_collectors(wave)
    assert (one.mode, one.day, one.state, two.state) == ("kiosk", date(2026, 3, 2), "open", "revoked")
    point = one.sample_point
    assert (point.stratum, point.clusters, point.fpc, point.base_weight) == (
        "01",
        ["north-1", "a"],
        [40, 20],
        12.5,
    )

    assert (count_responses(wave, "counted"), count_responses(wave, "late")) == (2, 1)
    answers = {response.response_id: response.answers for response in list_responses(wave)}
    assert answers == {
        str(UUID(int=1)): {"polite": "3", "words": "Tốt, cảm ơn!"},
        str(UUID(int=2)): {"polite": "na", "heard": ("tv", "net")},
    }

    assert get_tree(wave.tree_date).branch("south") == ("south", "south-1")
    assert get_tree(LATER).branch("north") == ("north", "north-1", "north-2", "south-1")
    assert get_tree(LATER).label("north", "vi") == "Thành phố Bắc"
    assert get_agency("south").merged_into.code == "north"
    release = db.session.scalars(select(Release)).one()
    assert (release.wave_id, release.number, release.published_on) == (wave.id, 1, LATER)
    assert find_user("An@Example.org ").name == "Nguyễn Thị An"
