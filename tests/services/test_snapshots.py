"""Freezing a wave: which rows, which columns, and when two snapshots are the same."""

from __future__ import annotations

import hashlib
import threading
import time
from datetime import date, timedelta
from uuid import UUID

import duckdb
import pytest

from app.extensions import db, transaction
from app.models import Wave
from app.queries.responses import count_responses
from app.queries.waves import get_wave
from app.services import fieldwork, responding, snapshot_file, snapshots
from app.services.fieldwork import CollectorRow
from app.services.responding import submit, submit_many
from app.services.sampling import Plan
from app.services.snapshot_columns import Layout
from app.services.snapshots import AlreadyFrozen, NotClosed
from tests.factories import CLOSED, OPENED, instrument, make_open_wave, make_wave, submission

DAY = timedelta(days=1)
LAYOUT = Layout(1, ("seats", "words"))


def numbered(collector, number, **changes):
    """A filled form whose id is a number, so that two runs make the same."""
    return submission(collector, response_id=str(UUID(int=number)), **changes)


def make_closed_wave(count=3):
    wave, (collector,) = make_open_wave()
    submit_many([numbered(collector, number) for number in range(count)])
    fieldwork.close_wave(wave, now=CLOSED)
    return wave


def row(key, **cells):
    return {"response_key": key, "agency": "north-1", "date": date(2026, 3, 2), "weight": 1.5, **cells}


def test_a_closed_wave_is_frozen_into_a_file_with_its_hash(data):
    wave = make_closed_wave()

    frozen = snapshots.freeze(wave, key=b"seed", now=CLOSED)

    assert frozen.rows == 3
    assert frozen.path.is_file()
    assert snapshots.path_of(wave) == frozen.path
    assert (wave.snapshot_sha256, wave.snapshot_rows, wave.frozen_at) == (frozen.sha256, 3, CLOSED)
    assert snapshots.verify(frozen.path, frozen.sha256)


def test_the_columns_are_the_design_then_the_items_then_missing_kinds_where_needed(data):
    frozen = snapshots.freeze(make_closed_wave(), key=b"seed")

    assert list(snapshots.read(frozen.path)) == [
        *("response_key", "agency", "collector", "stratum", "cluster_1", "fpc_1"),
        *("weight", "mode", "language", "date", "flags"),
        *("visited", "seats", "polite", "result", "result__missing"),
        *("heard__tv", "heard__net", "words", "words__missing"),
    ]


def test_cells_hold_codes_as_text_and_say_why_there_is_none(data):
    wave, (collector,) = make_open_wave()
    submit(
        numbered(collector, 1, answers={"visited": "no", "polite": "3", "result": "na", "heard": ("net",)})
    )
    fieldwork.close_wave(wave, now=CLOSED)

    columns = snapshots.read(snapshots.freeze(wave).path)
    cells = {name: column[0] for name, column in columns.items()}

    assert (cells["agency"], cells["collector"], cells["mode"], cells["language"]) == (
        "north-1",
        "1",
        "qr",
        "vi",
    )
    assert cells["date"] == date(2026, 3, 2)
    assert (cells["visited"], cells["polite"]) == ("no", "3")
    assert (cells["seats"], cells["seats__missing"]) == (None, "not_asked")
    assert (cells["result"], cells["result__missing"]) == ("na", "not_applicable")
    assert (cells["heard__tv"], cells["heard__net"]) == ("0", "1")
    assert (cells["words"], cells["words__missing"]) == (None, "no_answer")


def test_the_plan_of_each_collector_stands_beside_its_responses(data):
    wave = make_wave(wave_kind="probability")
    rows = [
        CollectorRow("north-1", "Quầy 1", plan=Plan("01", ("north-1", "monday"), (40, 20), 12.5)),
        CollectorRow("north-2", "Quầy 2", plan=Plan("01", ("north-2", "friday"), (40, 30), 7.25)),
    ]
    first, second = fieldwork.add_collectors(wave, rows)
    fieldwork.open_wave(wave, now=OPENED)
    submit_many([numbered(first, 1), numbered(second, 2)])
    fieldwork.close_wave(wave, now=CLOSED)

    columns = snapshots.read(snapshots.freeze(wave).path)

    design = ("agency", "stratum", "cluster_1", "cluster_2", "fpc_1", "fpc_2", "weight")
    assert sorted(zip(*(columns[name] for name in design), strict=True)) == [
        ("north-1", "01", "north-1", "monday", 40, 20, 12.5),
        ("north-2", "01", "north-2", "friday", 40, 30, 7.25),
    ]


def test_late_responses_stay_out_and_those_within_the_limit_are_in(data):
    wave = make_closed_wave(2)
    (collector,) = wave.collectors
    submit_many(
        [
            numbered(collector, 10, received_at=CLOSED + 2 * DAY),
            numbered(collector, 11, received_at=CLOSED + 20 * DAY),
        ]
    )

    assert snapshots.freeze(wave).rows == 3


def test_the_same_answers_and_key_make_the_same_hash_on_every_database_and_day(data):
    frozen = snapshots.freeze(make_closed_wave(), key=b"seed", now=CLOSED)

    assert frozen.sha256 == "ba4984bd5555696f6c93a1738bf375ba521b63251530d0d67ed48dd16ff0aef6"


def test_without_a_key_no_two_freezings_are_alike(data):
    wave = make_closed_wave()

    def freeze_anew(**key):
        with transaction():
            wave.frozen_at = wave.snapshot_path = wave.snapshot_sha256 = wave.snapshot_rows = None
        return snapshots.read(snapshots.freeze(wave, **key).path)["response_key"]

    assert freeze_anew(key=b"a") == freeze_anew(key=b"a")
    assert len({*freeze_anew(key=b"a"), *freeze_anew(key=b"b"), *freeze_anew(), *freeze_anew()}) == 12


def test_nothing_in_the_file_leads_back_to_the_link_or_the_response_id(data):
    wave, (collector,) = make_open_wave()
    given = submission(collector)
    submit(given)
    fieldwork.close_wave(wave, now=CLOSED)

    cells = {str(column[0]) for column in snapshots.read(snapshots.freeze(wave).path).values()}
    assert collector.code not in cells
    assert given.response_id not in cells


def test_items_of_an_older_version_come_after_those_of_the_present_one(data):
    wave, (collector,) = make_open_wave()
    submit(numbered(collector, 1, answers={"polite": "1"}))
    newer = instrument(version=2).model_dump(mode="json", exclude_defaults=True)
    section = newer["sections"][0]
    section["items"] = [item for item in section["items"] if item["code"] != "words"] + [
        section["items"][2] | {"code": "fair"}
    ]
    fieldwork.switch_instrument(wave, fieldwork.register_instrument(instrument(**newer)))
    submit(numbered(collector, 2, answers={"fair": "2"}, instrument_version=2))
    fieldwork.close_wave(wave, now=CLOSED)

    columns = snapshots.read(snapshots.freeze(wave).path)

    items = [name for name in columns if not name.endswith("__missing")][11:]
    assert items == ["visited", "seats", "polite", "result", "heard__tv", "heard__net", "fair", "words"]
    assert sorted(
        zip(columns["fair"], columns["fair__missing"], columns["words__missing"], strict=True), key=str
    ) == [
        ("2", None, "not_asked"),
        (None, "not_asked", "no_answer"),
    ]


def test_a_wave_without_responses_has_an_empty_snapshot(data):
    frozen = snapshots.freeze(make_closed_wave(0))

    assert frozen.rows == 0
    assert snapshots.verify(frozen.path, frozen.sha256)
    assert snapshots.read(frozen.path)["polite"] == []


def test_an_open_wave_is_not_frozen(data):
    wave, _ = make_open_wave()

    with pytest.raises(NotClosed, match="is open; close it"):
        snapshots.freeze(wave)
    assert wave.frozen_at is None


def test_a_snapshot_is_made_once(data):
    wave = make_closed_wave()
    frozen = snapshots.freeze(wave)

    with pytest.raises(AlreadyFrozen, match=frozen.path.name):
        snapshots.freeze(wave)
    assert [path.name for path in frozen.path.parent.iterdir()] == [frozen.path.name]


def test_a_freezing_that_was_broken_off_is_taken_up_with_the_same_rows(data, monkeypatch):
    wave = make_closed_wave()
    (collector,) = wave.collectors

    def disk_full(*_arguments):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(snapshot_file, "write", disk_full)
        with pytest.raises(OSError, match="No space"):
            snapshots.freeze(wave, now=CLOSED)
    assert (wave.frozen_at, wave.snapshot_sha256) == (CLOSED, None)
    submit(numbered(collector, 50, received_at=CLOSED))

    assert snapshots.freeze(wave, now=CLOSED + DAY).rows == 3
    assert wave.frozen_at == CLOSED


def test_of_two_freezings_that_end_together_one_is_kept(data, monkeypatch):
    number, said = make_closed_wave().id, []
    write, written = snapshot_file.write, threading.Barrier(2)
    record = snapshots.audit.record

    def together(*given):
        found = write(*given)
        written.wait()
        return found

    def slowly(*given, **facts):
        time.sleep(0.3)
        record(*given, **facts)

    def press():
        with data.app_context():
            try:
                said.append(snapshots.freeze(db.session.get(Wave, number)).sha256)
            except snapshots.AlreadyFrozen:
                said.append("frozen")

    monkeypatch.setattr(snapshot_file, "write", together)
    monkeypatch.setattr(snapshots.audit, "record", slowly)
    threads = [threading.Thread(target=press) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    db.session.rollback()
    wave = db.session.get(Wave, number)
    assert sorted(said) == sorted(["frozen", wave.snapshot_sha256])
    assert [path.name for path in data.config["SNAPSHOT_FOLDER"].iterdir()] == [wave.snapshot_path]


def test_a_half_written_file_is_never_left_behind(data):
    wave = make_closed_wave()
    folder = data.config["SNAPSHOT_FOLDER"]

    def rows():
        yield row("a")
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError, match="went away"):
        snapshot_file.write(folder / f"{wave.code}.parquet", LAYOUT, rows())
    assert list(folder.iterdir()) == []


def test_no_response_slips_in_between_the_freezing_and_the_file(data):
    wave = make_closed_wave(0)
    (collector,) = wave.collectors
    given = [
        [numbered(collector, 100 * sender + number, received_at=CLOSED) for number in range(20)]
        for sender in range(4)
    ]
    half = threading.Barrier(5)

    def send(submissions):
        with data.app_context():
            for number, one in enumerate(submissions):
                if number == 10:
                    half.wait()
                submit(one)

    threads = [threading.Thread(target=send, args=(submissions,)) for submissions in given]
    for thread in threads:
        thread.start()
    half.wait()
    frozen = snapshots.freeze(wave)
    for thread in threads:
        thread.join()

    db.session.rollback()
    assert 40 <= frozen.rows == count_responses(wave, "counted")
    assert count_responses(wave) == 80


def test_the_freezing_waits_for_an_answer_that_is_being_stored(data, monkeypatch):
    wave = make_closed_wave(0)
    given = numbered(wave.collectors[0], 1, received_at=CLOSED)
    store, written, go_on, frozen = responding._store, threading.Event(), threading.Event(), []

    def store_slowly(*arguments):
        outcome = store(*arguments)
        written.set()
        go_on.wait(10)
        return outcome

    def send():
        with data.app_context():
            submit(given)

    def freeze():
        with data.app_context():
            frozen.append(snapshots.freeze(get_wave("citizens", "2026")))

    monkeypatch.setattr(responding, "_store", store_slowly)
    sender, freezer = threading.Thread(target=send), threading.Thread(target=freeze)
    sender.start()
    written.wait(10)
    freezer.start()
    freezer.join(0.5)
    assert freezer.is_alive()
    go_on.set()
    sender.join()
    freezer.join()

    assert frozen[0].rows == 1


def test_the_wave_is_found_with_its_snapshot_by_another_process(data):
    frozen = snapshots.freeze(make_closed_wave())
    db.session.remove()

    assert snapshots.path_of(get_wave("citizens", "2026")) == frozen.path


def test_the_same_rows_in_another_order_have_the_same_hash(tmp_path):
    rows = [row("b", seats="1"), row("a", seats="2", words="Tốt"), row("c", seats__missing="no_answer")]

    first = snapshot_file.write(tmp_path / "1.parquet", LAYOUT, rows)
    second = snapshot_file.write(tmp_path / "2.parquet", LAYOUT, reversed(rows))

    assert first == second


@pytest.mark.parametrize(
    "change",
    [
        {"seats": "2"},
        {"seats": None},
        {"seats__missing": "refused"},
        {"seats": None, "words": "1"},
        {"words": "Tốt "},
        {"weight": 1.5000000000000002},
        {"date": date(2026, 3, 3)},
        {"flags": "fast"},
        {"agency": "north-2"},
        {"fpc_1": 4},
        {"response_key": "b"},
    ],
)
def test_a_changed_cell_has_another_hash(tmp_path, change):
    plain, _ = snapshot_file.write(tmp_path / "1.parquet", LAYOUT, [row("a", seats="1")])
    changed, _ = snapshot_file.write(tmp_path / "2.parquet", LAYOUT, [row("a", seats="1") | change])

    assert plain != changed


def test_the_hash_is_over_the_canonical_rows_as_they_are_written_down(tmp_path):
    rows = [
        row("b", seats="na", seats__missing="not_applicable", weight=0.1, fpc_1=7),
        row(
            "a",
            collector="1",
            stratum="01",
            words="Một\thai\nba\\bốn",
            weight=1e-7,
            mode="qr",
            language="vi",
            flags="fast burst",
        ),
    ]
    sha256, _ = snapshot_file.write(tmp_path / "1.parquet", LAYOUT, rows)

    lines = [
        "response_key\tagency\tcollector\tstratum\tcluster_1\tfpc_1\tweight\tmode\tlanguage\tdate\tflags"
        "\tseats\tseats__missing\twords\twords__missing",
        "a\tnorth-1\t1\t01\t\t\t1e-07\tqr\tvi\t2026-03-02\tfast burst\t\t\tMột\\thai\\nba\\\\bốn\t",
        "b\tnorth-1\t\t\t\t7\t0.1\t\t\t2026-03-02\t\tna\tnot_applicable\t\t",
    ]
    assert hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest() == sha256


def test_a_snapshot_from_before_there_were_flags_is_read_and_keeps_its_hash(tmp_path):
    path = tmp_path / "old.parquet"
    snapshot_file.write(tmp_path / "new.parquet", LAYOUT, [row("a", seats="1")])
    with duckdb.connect() as database:
        database.execute(
            f"COPY (SELECT * EXCLUDE (flags) FROM '{tmp_path / 'new.parquet'}') TO '{path}' (FORMAT parquet)"
        )

    sha256, count = snapshot_file.digest(path)

    lines = [
        "response_key\tagency\tcollector\tstratum\tcluster_1\tfpc_1\tweight\tmode\tlanguage\tdate"
        "\tseats\tseats__missing\twords\twords__missing",
        "a\tnorth-1\t\t\t\t\t1.5\t\t\t2026-03-02\t1\t\t\t",
    ]
    assert count == 1
    assert hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest() == sha256
    assert snapshots.verify(path, sha256)
    assert "flags" not in snapshots.read(path)


def test_the_flags_of_an_answer_stand_in_the_snapshot_in_their_order(data):
    wave, (collector,) = make_open_wave()
    same = {"seats": "3", "polite": "3", "result": "3"}
    submit(numbered(collector, 1, answers=same, device_token="no-such-tablet"))
    submit(numbered(collector, 2, answers=same, submitted_at=OPENED + timedelta(minutes=2)))
    fieldwork.close_wave(wave, now=CLOSED)

    assert sorted(snapshots.read(snapshots.freeze(wave).path)["flags"], key=str) == [
        None,
        "fast unknown_device",
    ]


def test_text_that_is_spelled_with_loose_marks_has_the_same_hash(tmp_path):
    composed, _ = snapshot_file.write(tmp_path / "1.parquet", LAYOUT, [row("a", words="Tốt")])
    loose, _ = snapshot_file.write(tmp_path / "2.parquet", LAYOUT, [row("a", words="To\u0302\u0301t")])

    assert composed == loose


def test_a_multi_option_called_missing_is_not_taken_for_a_missing_kind(tmp_path):
    layout = Layout(1, ("q2__missing", "q2__tv"))
    path = tmp_path / "1.parquet"
    yes, _ = snapshot_file.write(path, layout, [row("a", q2__missing="1", q2__missing__missing="refused")])
    no, _ = snapshot_file.write(path, layout, [row("a", q2__missing="0", q2__missing__missing="refused")])

    assert yes != no
    assert list(snapshot_file.read(path))[-3:] == ["q2__missing", "q2__missing__missing", "q2__tv"]


def test_one_response_key_twice_is_no_snapshot(tmp_path):
    with pytest.raises(snapshot_file.SnapshotUnreadable, match="key a stands twice"):
        snapshot_file.write(tmp_path / "1.parquet", LAYOUT, [row("a"), row("a", seats="1")])
    assert list(tmp_path.iterdir()) == []


def test_a_changed_file_is_found_out(tmp_path):
    path = tmp_path / "1.parquet"
    sha256, _ = snapshot_file.write(path, LAYOUT, [row("a", seats="1")])
    with duckdb.connect() as database:
        database.execute(f"CREATE TABLE t AS SELECT * FROM read_parquet('{path}')")
        database.execute("UPDATE t SET seats = '3'")
        database.execute(f"COPY t TO '{path}' (FORMAT parquet)")

    assert not snapshot_file.verify(path, sha256)


def test_another_container_with_the_same_rows_is_the_same_snapshot(tmp_path):
    path = tmp_path / "1.parquet"
    sha256, _ = snapshot_file.write(path, LAYOUT, [row(f"{number:03}", seats="1") for number in range(50)])
    before = path.read_bytes()
    with duckdb.connect() as database:
        database.execute(f"CREATE TABLE t AS SELECT * FROM read_parquet('{path}')")
        database.execute(f"COPY t TO '{path}' (FORMAT parquet, COMPRESSION gzip)")

    assert path.read_bytes() != before
    assert snapshot_file.verify(path, sha256)


def test_what_is_no_snapshot_is_said_in_one_sentence(tmp_path):
    absent, text, table = tmp_path / "absent.parquet", tmp_path / "text.parquet", tmp_path / "table.parquet"
    text.write_text("not a table")
    with duckdb.connect() as database:
        database.execute(f"COPY (SELECT 1 AS a) TO '{table}' (FORMAT parquet)")

    for path, fault in (
        (absent, "no such file"),
        (text, "is not a readable"),
        (table, "no column response_key"),
    ):
        with pytest.raises(snapshot_file.SnapshotUnreadable, match=fault) as refused:
            snapshot_file.verify(path, "")
        assert "\n" not in str(refused.value)


def test_a_cell_outside_the_layout_is_refused(tmp_path):
    with pytest.raises(ValueError, match="outside the layout"):
        snapshot_file.write(tmp_path / "1.parquet", LAYOUT, [row("a", polite="1")])
