"""A run is estimated by one person and released by another; what is released never changes."""

from __future__ import annotations

import json
import os
import stat
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import current_app
from sqlalchemy import update

from app.extensions import db, transaction
from app.models import AuditEntry, Destruction, EstimationRun, Release, Wave
from app.queries.releases import get_release
from app.queries.runs import get_run
from app.queries.users import find_user
from app.queries.waves import get_wave
from app.services import accounts, approving, manifests, releasing, runs, signatures, signing
from app.services.approving import NotDecided, approve, publish, put_aside_destroyed, reject
from app.services.collecting import Asked, NotEstimated
from app.services.release_inputs import ReleaseInputs
from app.services.runs import NotFrozen, estimate, folder_of
from tests.factories import make_wave
from tests.services.closed import ASKED, PUBLISHED, copied, make_closed_wave, person

CORRECTION = Asked(
    published_on=PUBLISHED + timedelta(days=9), languages=("vi",), changes="Two places.", reason="Late paper."
)


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch):
    monkeypatch.setattr(accounts, "hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@pytest.fixture
def world(estimated, tmp_path):
    """The wave, who estimates, and who approves."""
    with copied(estimated, tmp_path):
        wave = get_wave("citizens", "2026")
        yield wave, find_user("lan@office.vn").id, find_user("minh@office.vn").id


@pytest.fixture
def run(world):
    """What Lan had estimated."""
    return get_run("citizens", "2026", 1)


def files(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def folders():
    return list((Path(current_app.instance_path) / runs.FOLDER).iterdir())


def audited():
    return [(one.action, one.subject) for one in db.session.query(AuditEntry).order_by(AuditEntry.number)]


def test_two_people_make_a_release_of_which_every_file_is_signed(data):
    wave = make_closed_wave(places=("north-1",))
    lan, minh = person("lan"), person("minh", "evaluator")

    run = estimate(wave, ASKED, lan)
    assert (run.state, run.number, db.session.query(Release).count()) == ("estimated", 1, 0)
    release = approve(run, minh)

    assert (release.number, release.run, release.public) == (1, run, False)
    assert (run.state, run.made_by_id, run.decided_by_id) == ("released", lan, minh)
    folder, keys = folder_of(release), signing.public_keys()
    signed = sorted(name for name in files(folder) if name.endswith(".sig"))
    assert signed == [
        "manifest.json.sig",
        *(f"workbooks/{name}.xlsx.sig" for name in ("agency-north-1", "agency-north", "whole")),
    ]
    for name in signed:
        statement, signature = signatures.read((folder / name).read_bytes())
        assert signatures.is_signed(statement, signature, keys[release.key_id])
        assert statement.file_sha256 == manifests.file_of(folder, folder / name.removesuffix(".sig")).sha256
        assert statement.release == {
            "survey": "citizens", "wave": "2026", "number": 1, "published_on": "2026-04-15",
            "file": name.removesuffix(".sig"),
        }  # fmt: skip
        assert statement.inputs["snapshot_sha256"] == wave.snapshot_sha256
    assert ("release.approved", "citizens/2026/1") in audited()


def test_the_same_inputs_give_the_same_bytes_whoever_asks_and_whenever(world, run):
    wave, _lan, minh = world
    first, second = files(folder_of(run)), files(folder_of(estimate(wave, ASKED, minh)))

    assert len(first) == 3 + 3
    assert first == second


def test_inputs_are_read_back_as_they_were(run):
    text = (folder_of(run) / "inputs.json").read_text(encoding="utf-8")

    assert ReleaseInputs.of_document(json.loads(text)).text == text


def test_both_languages_are_written_the_first_one_under_the_plain_name(world):
    wave, lan, _ = world
    asked = Asked(published_on=PUBLISHED, languages=("en", "vi"))
    found = files(folder_of(estimate(wave, asked, lan)))

    books = sorted(name for name in found if name.endswith(".xlsx"))
    assert len(books) == 6
    assert {name.split("/")[0] for name in books} == {"workbooks", "workbooks-vi"}
    listed = json.loads(found["manifest.json"])["files"]
    assert {(one["language"], one["label"]) for one in listed if one["path"].endswith("/agency-north.xlsx")} == {
        ("en", "North Province"), ("vi", "Tỉnh Bắc"),
    }  # fmt: skip


def test_who_estimated_cannot_approve(world, run):
    _wave, lan, minh = world
    before = files(folder_of(run))

    with pytest.raises(NotDecided, match="another person must"):
        approve(run, lan)
    with pytest.raises(NotDecided, match="Nobody is named"):
        approve(run, None)
    assert files(folder_of(run)) == before
    assert approve(run, minh).number == 1


@pytest.mark.parametrize("role", ["agency_reader", "counter"])
def test_who_may_not_approve_is_refused(world, run, role):
    _wave, _lan, _ = world

    with pytest.raises(NotDecided, match="may approve for the whole tree"):
        approve(run, person("hoa", role))


def test_a_release_is_not_released_again(world, run):
    _wave, _lan, minh = world
    approve(run, minh)
    before = files(folder_of(run))

    with pytest.raises(NotDecided, match="released already, as release 1; a release never changes"):
        approve(run, minh)
    with pytest.raises(NotDecided, match="never changes"):
        reject(run, minh, "No.")
    assert files(folder_of(run)) == before
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o444 for path in folder_of(run).rglob("*.*"))


def test_two_approvals_at_once_make_one_release(data):
    wave = make_closed_wave(places=("north-1",))
    run = estimate(wave, ASKED, person("lan")).number
    people = [person("minh", "evaluator"), person("hoa", "evaluator")]
    start, said = threading.Barrier(2), []

    def press(by):
        with data.app_context():
            found = db.session.query(EstimationRun).filter_by(number=run).one()
            start.wait()
            try:
                said.append(approve(found, by).number)
            except NotDecided as refused:
                said.append(str(refused))

    threads = [threading.Thread(target=press, args=(by,)) for by in people]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert sorted(said, key=str) == [1, "Run 1 is released already, as release 1; a release never changes."]
    db.session.rollback()
    release = get_release("citizens", "2026")
    assert db.session.query(Release).count() == 1
    statement, signature = signatures.read((folder_of(release) / "manifest.json.sig").read_bytes())
    assert signatures.is_signed(statement, signature, signing.public_keys()[release.key_id])


def test_a_run_from_before_a_release_knows_nothing_of_it_and_goes(world, run):
    wave, lan, minh = world
    second = estimate(wave, ASKED, minh)
    approve(run, minh)

    assert (second.state, second.remark) == ("rejected", "Release 1 came out of run 1.")
    assert not folder_of(second).exists()
    with pytest.raises(NotDecided, match="Run 2 was rejected"):
        approve(second, lan)


def test_a_correction_says_what_changed_and_why(world, run):
    wave, lan, minh = world
    approve(run, minh)

    with pytest.raises(NotEstimated, match="Release 2 corrects an earlier one"):
        estimate(wave, ASKED, lan)
    second = approve(estimate(wave, CORRECTION, lan), minh)
    assert (second.number, second.run.changes, second.run.reason) == (2, "Two places.", "Late paper.")
    manifest = json.loads((folder_of(second) / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["changes"], manifest["reason"], manifest["approved_by"]) == (
        "Two places.", "Late paper.", "another person",
    )  # fmt: skip


def test_a_first_release_corrects_nothing(world):
    wave, lan, _ = world
    with pytest.raises(NotEstimated, match="corrects nothing"):
        estimate(wave, CORRECTION, lan)


def test_a_rejected_run_leaves_its_record_and_no_figure(world, run):
    _wave, _lan, minh = world

    with pytest.raises(NotDecided, match="Write why"):
        reject(run, minh, "  ")
    reject(run, minh, "The weights are last year's.")

    assert (run.state, run.remark) == ("rejected", "The weights are last year's.")
    assert not folder_of(run).exists()
    with pytest.raises(NotDecided, match="was rejected"):
        approve(run, minh)
    assert get_wave("citizens", "2026").snapshot_sha256 == run.snapshot_sha256


@pytest.mark.parametrize("name", ["results.json", "workbooks/whole.xlsx", "manifest.json", "inputs.json"])
@pytest.mark.parametrize("gone", [True, False])
def test_what_was_changed_or_lost_since_it_was_estimated_is_not_signed(world, run, name, gone):
    _wave, _lan, minh = world
    path = folder_of(run) / name
    if gone:
        path.unlink()
    else:
        path.write_bytes(path.read_bytes().replace(b"1", b"2", 1))

    with pytest.raises(manifests.FilesChanged, match=f"^{name} in .* is missing or was changed"):
        approve(run, minh)
    assert (run.state, db.session.query(Release).count()) == ("estimated", 0)
    assert not list(folder_of(run).rglob("*.sig"))


def test_a_run_from_another_snapshot_than_the_wave_has_is_not_released(world, run):
    wave, _lan, minh = world
    with transaction():
        wave.snapshot_sha256 = "0" * 64

    with pytest.raises(NotDecided, match="another snapshot"):
        approve(run, minh)


def test_a_snapshot_that_says_something_else_is_not_scored(world):
    wave, lan, _ = world
    with transaction():
        wave.snapshot_sha256 = "0" * 64

    with pytest.raises(NotEstimated, match="says something else than when it was frozen"):
        estimate(wave, ASKED, lan)
    assert len(folders()) == 1


def test_a_wave_without_snapshot_or_without_design_is_refused(world):
    wave, lan, _ = world
    with pytest.raises(NotFrozen, match="has no snapshot; close it"):
        estimate(make_wave("2027"), ASKED, lan)
    with transaction() as session:
        session.delete(wave.collectors[0].sample_point)
    with pytest.raises(NotEstimated, match="a probability wave without a design: 1 of its links"):
        estimate(wave, ASKED, lan)


@pytest.mark.parametrize(
    ("languages", "said"), [((), "at least one"), (("vi", "vi"), "once"), (("fr",), "no workbooks in fr")]
)
def test_languages_are_those_that_there_are(world, languages, said):
    wave, lan, _ = world
    with pytest.raises(NotEstimated, match=said):
        estimate(wave, Asked(published_on=PUBLISHED, languages=languages), lan)


def test_somebody_alone_says_so_and_nobody_else_can_stand_in(world):
    wave, _, minh = world
    run = estimate(wave, ASKED, None)
    with pytest.raises(NotDecided, match="somebody alone"):
        approve(run, minh)
    release = approve(run, None)

    assert (
        manifests.read(folder_of(release), run.parameters["manifest_sha256"])["approved_by"] == "nobody else"
    )


def test_without_its_private_key_nothing_is_released(world, run):
    _wave, _lan, minh = world
    key = signing.make_key()
    signing.key_path(key.key_id).unlink()

    with pytest.raises(signing.KeyLost, match="put it back, or make a new one with `hailong keys rotate`"):
        approve(run, minh)
    assert (run.state, list(folder_of(run).rglob("*.sig"))) == ("estimated", [])
    signing.rotate()
    assert approve(run, minh).key_id != key.key_id


def test_a_key_folder_that_cannot_be_written_is_named(world, run):
    _wave, _lan, minh = world
    blocked = Path(current_app.instance_path) / "blocked"
    blocked.write_text("a file")
    current_app.config["KEY_FOLDER"] = blocked

    with pytest.raises(signing.NoKeyFolder, match="HAILONG_KEY_FOLDER"):
        approve(run, minh)
    assert (run.state, signing.list_keys()) == ("estimated", [])


def test_a_full_disk_in_the_middle_of_signing_releases_nothing(world, run, monkeypatch):
    _wave, _lan, minh = world
    write, written = Path.write_text, []

    def fill(path, *given, **options):
        if path.suffix == ".sig" and (written.append(path) or len(written) == 3):
            raise OSError(28, "No space left on device")
        return write(path, *given, **options)

    monkeypatch.setattr(Path, "write_text", fill)
    with pytest.raises(NotDecided, match="No space left on device"):
        approve(run, minh)
    assert (run.state, db.session.query(Release).count()) == ("estimated", 0)
    assert not list(folder_of(run).rglob("*.sig"))


def test_a_broken_off_estimation_leaves_nothing(world):
    wave, lan, _ = world

    class Cancelled(Exception):
        pass

    def cancel(done, total):
        if done == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        estimate(wave, ASKED, lan, progress=cancel)
    assert len(folders()) == 1
    assert db.session.query(EstimationRun).count() == 1


def test_a_full_disk_in_the_middle_of_an_estimation_leaves_nothing(world, monkeypatch):
    wave, lan, _ = world
    write = Path.write_text

    def fill(path, *given, **options):
        if path.name == "inputs.json":
            raise OSError(28, "No space left on device")
        return write(path, *given, **options)

    monkeypatch.setattr(Path, "write_text", fill)
    with pytest.raises(NotEstimated, match="No space left on device"):
        estimate(wave, ASKED, lan)
    assert (len(folders()), db.session.query(EstimationRun).count()) == (1, 1)


def test_progress_counts_the_workbooks(world):
    wave, lan, _ = world
    told = []
    estimate(wave, ASKED, lan, progress=lambda done, total: told.append((done, total)))

    assert told == [(done, 3) for done in range(4)]


def test_a_release_is_made_public_once(world, run):
    release = approve(run, world[2])
    publish(release)

    assert release.public
    with pytest.raises(NotDecided, match="public already"):
        publish(release)
    assert audited()[-1] == ("release.published", "citizens/2026/1")


def test_keys_are_kept_apart_and_old_ones_for_ever(world, run):
    wave, _lan, minh = world
    first = approve(run, minh)
    path = signing.key_path(first.key_id)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not path.is_relative_to(current_app.instance_path)
    with pytest.raises(signing.KeyThere):
        signing.make_key()
    made = signing.rotate()
    assert audited()[-2:] == [("key.retired", f"key {first.key_id}"), ("key.made", f"key {made.key_id}")]

    assert not path.exists()
    assert set(signing.public_keys()) == {first.key_id, made.key_id}
    assert [bool(one["retired_on"]) for one in signing.published_keys()["keys"]] == [True, False]
    assert (
        releasing.release(wave, published_on=PUBLISHED, language="vi", changes="a", reason="b").key_id
        == made.key_id
    )


def test_who_estimated_may_put_their_own_run_aside(world, run):
    _wave, lan, _ = world
    reject(run, lan, "A mistake of mine.")
    assert (run.state, run.decided_by_id) == ("rejected", lan)


def test_what_a_killed_estimation_left_is_cleared_and_no_folder_of_another_wave(world, run):
    _wave, _lan, minh = world
    home = Path(current_app.instance_path) / runs.FOLDER
    # As of the wave 2026 of a survey `citizens-hn`: its folder is called as one of the wave `hn-2026` of `citizens`.
    kept, left = home / "citizens-hn-2026-aaaaaaaa", home / "citizens-hn-2026-bbbbbbbb"
    folder_of(run).rename(kept)
    with transaction():
        run.folder = f"{runs.FOLDER}/{kept.name}"
    release = approve(run, minh)
    left.mkdir()
    for folder in (kept, left):
        os.utime(folder, (0, 0))
    runs._clear_left_over(home, make_wave("hn-2026"))

    assert (folder_of(release) / "results.json").is_file()
    assert not left.exists()


def test_the_files_of_a_rejected_run_that_stayed_are_cleared_with_the_next_one(world, run):
    wave, _lan, minh = world
    folder = folder_of(run)
    reject(run, minh, "No.")
    folder.mkdir()  # as if the rejection had been killed before its files went
    os.utime(folder, (0, 0))
    runs._clear_left_over(folder.parent, wave)

    assert not folder.exists()


def test_what_waits_when_the_answers_are_destroyed_is_put_aside(world, run):
    wave, _lan, _minh = world
    assert put_aside_destroyed() == []
    with transaction() as session:
        session.add(Destruction(wave_id=wave.id, on=PUBLISHED, kind="responses", count=15, reason="Kept."))

    assert put_aside_destroyed() == [run]
    assert (run.state, run.remark) == ("rejected", "The raw answers were destroyed on 2026-04-15.")
    assert not folder_of(run).exists()
    assert audited()[-1] == ("run.rejected", "citizens/2026 run 1")


def test_a_run_whose_wave_changes_while_its_approval_waits_is_not_released(world, run, monkeypatch):
    _wave, _lan, minh = world

    def late(session, wave):
        assert wave.snapshot_sha256 == run.snapshot_sha256
        session.execute(
            update(Wave).values(snapshot_sha256="0" * 64).execution_options(synchronize_session=False)
        )

    monkeypatch.setattr(approving, "lock", late)
    with pytest.raises(NotDecided, match="another snapshot"):
        approve(run, minh)
