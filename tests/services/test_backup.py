"""A backup that is put back is the same Hailong: links, tablets, accounts and releases go on; damage is refused."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import shutil
import zipfile
from pathlib import Path

import pytest
from flask_migrate import upgrade
from sqlalchemy import func, select

from app import create_app
from app.extensions import db
from app.models import AuditEntry, Response
from app.queries.devices import find_device_by_token_hash
from app.queries.releases import get_release
from app.queries.waves import get_wave
from app.services import backup, devices, fieldwork, snapshots
from app.services.backup import BackupRefused, Place, back_up, restore
from app.services.releasing import RESULTS, folder_of
from tests.auth.person import Person
from tests.factories import make_collectors, make_wave
from tests.results.conftest import make_office, release_wave


def known(_revision):
    return True


def place_of(app):
    config = app.config
    return Place.of(app.instance_path, config["SQLALCHEMY_DATABASE_URI"], config["KEY_FOLDER"])


def new_place(folder):
    instance = folder / "restored"
    return Place.of(instance, f"sqlite:///{instance / 'hailong.sqlite'}", folder / "restored-keys")


@pytest.fixture(scope="module")
def office(migrated_file, tmp_path_factory):
    """A released wave, an open one with a link and a paired tablet, an evaluator, and files that are left out."""
    app = make_office(tmp_path_factory.mktemp("backup"), migrated_file)
    with app.app_context():
        release_wave(answered={"north-1": (4, 5)})
        wave = make_wave("open")
        (link,) = make_collectors(wave, mode="kiosk")
        fieldwork.open_wave(wave)
        _device, code = devices.add_device(link, "Máy 1", language="vi", exit_code="2468")
        app.link, app.token = link.code, devices.pair(code).token
    instance = app.config["KEY_FOLDER"].parent / "instance"
    for name in ("jobs/1/answers.csv", "queue.sqlite", "snapshots/.snapshot-1/rows", "demo/secret_key"):
        (instance / name).parent.mkdir(parents=True, exist_ok=True)
        (instance / name).write_text("left out")
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="module")
def archive(office, tmp_path_factory):
    path = tmp_path_factory.mktemp("archives") / "hailong.backup"
    back_up(place_of(office), path)
    return path


@pytest.fixture
def restored(archive, tmp_path):
    """A second Hailong, made of the backup alone."""
    place = new_place(tmp_path)
    restore(place, archive, known)
    app = create_app({"INSTANCE_PATH": place.instance, "SQLALCHEMY_DATABASE_URI": str(place.database)})
    app.config["TESTING"] = True
    yield app
    with app.app_context():
        db.engine.dispose()


def test_links_tablets_accounts_and_releases_go_on_in_what_was_restored(office, restored):
    with office.app_context():
        results = folder_of(get_release("citizens", "2026")) / RESULTS
        sha256 = hashlib.sha256(results.read_bytes()).hexdigest()
        lines = db.session.scalar(select(func.count()).select_from(AuditEntry))
        answers = db.session.scalar(select(func.count()).select_from(Response))
    with restored.app_context():
        release, wave = get_release("citizens", "2026"), get_wave("citizens", "2026")
        found = folder_of(release)
        assert hashlib.sha256((found / RESULTS).read_bytes()).hexdigest() == sha256 == release.results_sha256
        assert (found / "workbooks" / "agency-north-1.xlsx.sig").is_file()
        assert snapshots.verify(snapshots.path_of(wave), wave.snapshot_sha256)
        assert db.session.scalar(select(func.count()).select_from(Response)) == answers
        assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == lines
        assert find_device_by_token_hash(devices.token_hash(office.token)).name == "Máy 1"
    client = restored.test_client()
    assert client.get(f"/r/{office.link}").status_code == 200
    assert Person(client).sign_in().status == 303


def test_keys_the_queue_jobs_and_drafts_are_never_in_it(office, archive):
    keys = office.config["KEY_FOLDER"]
    held = {path.read_bytes() for path in keys.rglob("*") if path.is_file()}
    assert held, "the office has keys"
    with zipfile.ZipFile(archive) as found:
        names = found.namelist()
        assert not [name for name in names if any(key in found.read(name) for key in held)]
    assert not [name for name in names if "jobs" in name or "queue" in name or "/." in name or "demo" in name]
    assert {"backup.json", "database/hailong.sqlite"} <= set(names)
    assert archive.stat().st_mode & 0o077 == 0


def test_a_file_that_is_tidied_away_meanwhile_is_no_part_of_it(office, tmp_path, monkeypatch):
    gone = place_of(office).instance / "gone.txt"
    gone.write_text("soon gone")
    files = backup._instance_files

    def tidied(place):
        found = list(files(place))
        gone.unlink()
        return found

    monkeypatch.setattr(backup, "_instance_files", tidied)
    made = back_up(place_of(office), tmp_path / "a.backup")
    assert restore(new_place(tmp_path), tmp_path / "a.backup", known).files == made.files


def test_a_backup_never_replaces_another_nor_lies_inside_what_it_copies(office, archive):
    before = archive.read_bytes()
    with pytest.raises(BackupRefused, match="never replaces"):
        back_up(place_of(office), archive)
    assert archive.read_bytes() == before
    with pytest.raises(BackupRefused, match="lies in the instance folder"):
        back_up(place_of(office), place_of(office).instance / "a.backup")


def test_a_disk_that_fills_up_leaves_no_backup(office, tmp_path, monkeypatch):
    copy, calls = backup._copy, []

    def full(source, target):
        calls.append(target)
        if len(calls) == 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        return copy(source, target)

    monkeypatch.setattr(backup, "_copy", full)
    with pytest.raises(BackupRefused, match="No space left on device"):
        back_up(place_of(office), tmp_path / "a.backup")
    assert not list(tmp_path.iterdir())


def test_it_is_restored_into_an_empty_place_only(office, archive, tmp_path):
    with pytest.raises(BackupRefused, match="is not empty"):
        restore(place_of(office), archive, known)
    place = new_place(tmp_path)
    place.instance.mkdir()
    (place.instance / "secret_key").write_text("made when the command began")
    restore(place, archive, known)
    with pytest.raises(BackupRefused, match="is not empty"):
        restore(place, archive, known)


def test_a_relative_name_of_the_database_lies_in_the_instance_as_for_the_program(tmp_path):
    made = create_app({"INSTANCE_PATH": tmp_path / "a", "SQLALCHEMY_DATABASE_URI": "sqlite:///h.db"})
    with made.app_context():
        assert place_of(made).sqlite_file == tmp_path / "a" / "h.db" == Path(db.engine.url.database)


@pytest.mark.parametrize("ending", ["-wal", "-journal"])
def test_what_an_earlier_database_left_is_not_read_into_the_restored_one(archive, tmp_path, ending):
    (tmp_path / f"h.db{ending}").write_bytes(b"of another database")
    place = Place.of(tmp_path / "restored", f"sqlite:///{tmp_path / 'h.db'}", tmp_path / "keys")
    with pytest.raises(BackupRefused, match=f"{ending} already"):
        restore(place, archive, known)
    assert [one.name for one in tmp_path.iterdir()] == [f"h.db{ending}"]


def test_a_disk_that_fills_up_at_the_last_move_leaves_nothing_and_the_next_try_succeeds(
    archive, tmp_path, monkeypatch
):
    move = shutil.move

    def full(source, target):
        if target.name == "hailong.sqlite":
            target.write_bytes(b"half of it")
            raise OSError(errno.ENOSPC, "No space left on device")
        return move(source, target)

    monkeypatch.setattr(shutil, "move", full)
    with pytest.raises(BackupRefused, match=r"No space left on device\. Nothing was kept"):
        restore(new_place(tmp_path), archive, known)
    assert not list(tmp_path.iterdir())
    monkeypatch.undo()
    restore(new_place(tmp_path), archive, known)


def test_a_server_that_refuses_its_database_leaves_no_files_either(tmp_path, monkeypatch):
    def refused(_database, _path):
        assert (place.instance / "releases" / "a").is_file(), "the database comes last"
        raise backup.postgresql_dump.DumpFailed("pg_restore did not succeed")

    monkeypatch.setattr(backup.postgresql_dump, "load", refused)
    place = Place.of(tmp_path / "restored", "postgresql+psycopg://hailong@/x", tmp_path / "keys")
    (tmp_path / "draft" / "instance" / "releases").mkdir(parents=True)
    (tmp_path / "draft" / "instance" / "releases" / "a").write_text("a")
    with pytest.raises(backup.postgresql_dump.DumpFailed):
        backup._put_in_place(place, tmp_path / "draft")
    assert not place.instance.exists()


def changed(archive, target, change):
    """A copy of the archive with its entries changed by name."""
    with zipfile.ZipFile(archive) as source, zipfile.ZipFile(target, "w") as made:
        for name in source.namelist():
            if (content := change(name, source.read(name))) is not None:
                made.writestr(name, content)
    return target


def _one_bit(name, content):
    return content[:-1] + bytes([content[-1] ^ 1]) if name == "database/hailong.sqlite" else content


def _without_a_file(name, content):
    return None if name.endswith("results.json") else content


def _with_a_way_out(name, content):
    if name != backup.MANIFEST:
        return content
    found = json.loads(content)
    found["files"]["instance/../../evil"] = found["files"].pop("instance/secret_key", None)
    return json.dumps(found).encode()


@pytest.mark.parametrize("change", [_one_bit, _without_a_file, _with_a_way_out])
def test_what_was_changed_is_not_restored(archive, tmp_path, change):
    place = new_place(tmp_path)
    damaged = changed(archive, tmp_path / "changed.backup", change)
    with pytest.raises(BackupRefused, match=r"changed\.backup"):
        restore(place, damaged, known)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["changed.backup"]


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 broken"])
def test_what_is_no_backup_is_refused_in_one_sentence(tmp_path, content):
    (tmp_path / "a.backup").write_bytes(content)
    with pytest.raises(BackupRefused) as refused:
        restore(new_place(tmp_path), tmp_path / "a.backup", known)
    assert "\n" not in str(refused.value)


def test_half_a_file_is_refused(archive, tmp_path):
    half = tmp_path / "half.backup"
    half.write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])
    with pytest.raises(BackupRefused, match="Nothing was kept"):
        restore(new_place(tmp_path), half, known)
    assert [path.name for path in tmp_path.iterdir()] == ["half.backup"]


def test_another_archive_and_a_newer_version_are_refused(archive, tmp_path):
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as made:
        made.writestr("a.txt", "a")
    (tmp_path / "a.zip").write_bytes(other.getvalue())
    with pytest.raises(BackupRefused, match="is no backup of Hailong"):
        restore(new_place(tmp_path), tmp_path / "a.zip", known)
    with pytest.raises(BackupRefused, match="made by a newer Hailong"):
        restore(new_place(tmp_path), archive, lambda _revision: False)


def test_a_backup_of_one_kind_of_database_is_not_put_into_the_other(archive, tmp_path, monkeypatch):
    monkeypatch.setattr(backup.postgresql_dump, "check_empty", lambda _database: None)
    place = Place.of(
        tmp_path / "restored", "postgresql+psycopg://hailong@/x?host=/nowhere", tmp_path / "keys"
    )
    with pytest.raises(BackupRefused, match="holds a SQLite database"):
        restore(place, archive, known)


def test_without_its_programs_a_backup_of_postgresql_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _program: None)
    monkeypatch.setattr(backup.postgresql_dump, "_asked", lambda *_: ("0006",))
    place = Place.of(
        tmp_path / "instance", "postgresql+psycopg://hailong@/x?host=/nowhere", tmp_path / "keys"
    )
    with pytest.raises(backup.postgresql_dump.DumpFailed, match="pg_dump is not installed here"):
        back_up(place, tmp_path / "a.backup")
    assert not list(tmp_path.iterdir())


@pytest.mark.postgresql
def test_on_postgresql_the_database_goes_out_and_comes_back(server, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(server.programs), prepend=":")  # the programs of this very server
    app = create_app(
        {"INSTANCE_PATH": tmp_path / "instance", "SQLALCHEMY_DATABASE_URI": server.create("backed_up")}
    )
    with app.app_context():
        upgrade()
        wave = make_wave()
        (link,) = make_collectors(wave)
        code = link.code
        db.session.remove()
        db.engine.dispose()
    back_up(place_of(app), tmp_path / "a.backup")
    url = server.create("put_back")
    place = Place.of(tmp_path / "restored", url, tmp_path / "keys")
    restore(place, tmp_path / "a.backup", known)
    again = create_app({"INSTANCE_PATH": place.instance, "SQLALCHEMY_DATABASE_URI": url})
    with again.app_context():
        assert [one.code for one in db.session.scalars(select(type(link)))] == [code]
        db.session.remove()
        db.engine.dispose()
    with pytest.raises(backup.postgresql_dump.DumpFailed, match="is not empty"):
        restore(Place.of(tmp_path / "third", url, tmp_path / "keys"), tmp_path / "a.backup", known)
