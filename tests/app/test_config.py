"""Settings: what is taken from where, what is made on first use, what is refused."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest

from app import create_app
from app.config import ROOT, SettingError, database_url, instance_path, office_day, settings


def test_without_settings_everything_lies_in_the_instance_folder(tmp_path):
    found = settings(tmp_path, {}, {})

    assert found["SQLALCHEMY_DATABASE_URI"] == f"sqlite:///{tmp_path / 'hailong.sqlite'}"
    assert found["SNAPSHOT_FOLDER"] == tmp_path / "snapshots"
    assert found["MAX_CONTENT_LENGTH"] == 256 * 1024
    assert instance_path({}, {}) == ROOT / "instance"


def test_the_environment_names_database_key_and_folder(tmp_path):
    environment = {
        "DATABASE_URL": "postgresql://an:secret@db/hailong",
        "HAILONG_SECRET_KEY": "a key",
        "HAILONG_INSTANCE": str(tmp_path),
        "HAILONG_TRUSTED_PROXIES": "1",
    }
    found = settings(instance_path({}, environment), {}, environment)

    assert found["SQLALCHEMY_DATABASE_URI"] == "postgresql+psycopg://an:secret@db/hailong"
    assert (found["SECRET_KEY"], found["TRUSTED_PROXIES"]) == ("a key", 1)
    assert found["SNAPSHOT_FOLDER"] == tmp_path / "snapshots"
    assert not (tmp_path / "secret_key").exists()


def test_what_the_caller_gives_stands_over_the_environment(tmp_path):
    environment = {"DATABASE_URL": "postgresql://db/hailong", "HAILONG_INSTANCE": "/nowhere"}

    assert instance_path({"INSTANCE_PATH": tmp_path}, environment) == tmp_path
    found = settings(tmp_path, {"SQLALCHEMY_DATABASE_URI": "sqlite:////a/b.sqlite"}, environment)
    assert found["SQLALCHEMY_DATABASE_URI"] == "sqlite:////a/b.sqlite"


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path):
    first = settings(tmp_path, {}, {})["SECRET_KEY"]

    assert len(first) == 64
    assert settings(tmp_path, {}, {})["SECRET_KEY"] == first
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_workers_that_start_at_once_agree_on_one_key(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: settings(tmp_path, {}, {})["SECRET_KEY"], range(16)))

    assert len(keys) == 1


def test_nobody_else_reads_the_instance_folder(tmp_path):
    settings(tmp_path / "instance", {}, {})

    assert stat.S_IMODE((tmp_path / "instance").stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("given", "understood"),
    [
        ("postgres://db/a", "postgresql+psycopg://db/a"),
        ("postgresql://db/a", "postgresql+psycopg://db/a"),
        ("postgresql+psycopg://u:p%40ss@db:5433/a", "postgresql+psycopg://u:p%40ss@db:5433/a"),
        ("sqlite:////var/hailong.sqlite", "sqlite:////var/hailong.sqlite"),
    ],
)
def test_a_database_address_is_understood(given, understood):
    assert database_url(given) == understood


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("nonsense", "DATABASE_URL is not a database address"),
        ("mysql://db/a", "names the database 'mysql'"),
        ("sqlite://", "without a file"),
        ("sqlite:///:memory:", "without a file"),
    ],
)
def test_a_database_that_cannot_be_used_is_refused_in_one_sentence(given, sentence):
    with pytest.raises(SettingError, match=sentence) as refused:
        database_url(given)
    assert "\n" not in str(refused.value)


def test_a_number_of_proxies_that_is_none_is_refused(tmp_path):
    with pytest.raises(SettingError, match="HAILONG_TRUSTED_PROXIES is 'two'"):
        settings(tmp_path, {}, {"HAILONG_TRUSTED_PROXIES": "two"})


def test_an_instance_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(SettingError, match="name another in HAILONG_INSTANCE"):
        create_app({"INSTANCE_PATH": tmp_path / "file" / "instance"})


def test_the_office_day_begins_at_midnight_in_vietnam():
    assert office_day(datetime(2026, 3, 1, 16, 59, tzinfo=UTC)) == date(2026, 3, 1)
    assert office_day(datetime(2026, 3, 1, 17, 0, tzinfo=UTC)) == date(2026, 3, 2)
