"""`hailong staff` and `hailong retention`: the same rules without a mouse."""

from __future__ import annotations

import csv
import shutil
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import current_app
from sqlalchemy import select

from app import clock, create_app
from app.extensions import db
from app.models import Contact, Invitation, Job, Wave
from app.services import fieldwork
from app.services.jobs import folders
from app.services.staff import retention
from tests import factories
from tests.manage.test_staff import make_planned_wave
from tests.services.staff.post import running_post

OF = ("--survey", "culture", "--wave", "2026")
ADDRESS = ("--address", "https://khaosat.example.vn")


@pytest.fixture
def instance(monkeypatch, migrated_file, tmp_path):
    """A planned staff wave in an instance of its own; call it to look at it."""
    folder = tmp_path / "instance"
    folder.mkdir()
    shutil.copy(migrated_file, folder / "hailong.sqlite")
    monkeypatch.setenv("HAILONG_INSTANCE", str(folder))
    monkeypatch.delenv("DATABASE_URL", raising=False)

    def within(what):
        with create_app().app_context():
            try:
                return what()
            finally:
                db.session.remove()
                db.engine.dispose()

    within(make_planned_wave)
    return within


@pytest.fixture
def heads(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("unit,heads\nlaw,12\ntrade-home,1\nministry,12\n")
    return path


def counted(table):
    return len(db.session.scalars(select(table)).all())


def test_a_list_is_only_looked_at_until_it_is_said_how_to_hand_out(hailong, instance, heads):
    looked = hailong("staff", "import", heads, *OF)
    assert "25 people in 3 units, counted in 2 groups." in looked.stdout
    assert "Unit trade-home is one person" in looked.stderr
    assert instance(lambda: counted(Invitation)) == 0


def test_a_list_with_faults_ends_with_each_of_them(hailong, instance, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("unit,heads\nlaw,many\nnowhere,3\n")
    refused = hailong("staff", "import", path, *OF, "--merge", tmp_path / "out.csv", *ADDRESS)
    assert refused.exit_code == 1
    assert [line[:6] for line in refused.stderr.splitlines()] == ["Row 2:", "Row 3:", "Error:"]
    assert not (tmp_path / "out.csv").exists()


def test_slips_and_merge_files_are_written_for_the_owner_alone(hailong, instance, heads, tmp_path):
    pdf, merged = tmp_path / "slips.pdf", tmp_path / "out.csv"
    assert "25 slips" in hailong("staff", "import", heads, *OF, "--slips", pdf, *ADDRESS).stdout
    assert "25 invitations" in hailong("staff", "import", heads, *OF, "--merge", merged, *ADDRESS).stdout
    assert pdf.read_bytes().startswith(b"%PDF")
    rows = list(csv.DictReader(merged.read_text(encoding="utf-8-sig").splitlines()))
    assert len({row["code"] for row in rows}) == 25
    assert {path.stat().st_mode & 0o777 for path in (pdf, merged)} == {0o600}


def test_a_file_that_cannot_be_written_costs_no_code(hailong, instance, heads, tmp_path):
    refused = hailong("staff", "import", heads, *OF, "--merge", tmp_path / "none" / "out.csv", *ADDRESS)
    assert "cannot be written" in refused.stderr
    assert instance(lambda: counted(Invitation)) == 0


def test_e_mail_is_sent_and_counted(hailong, instance, tmp_path, monkeypatch):
    path = tmp_path / "people.csv"
    path.write_text("unit,email\n" + "".join(f"law,p{k:02}@a.vn\n" for k in range(12)))
    assert "12 addresses are kept" in hailong("staff", "import", path, *OF, "--email").stdout
    instance(lambda: fieldwork.open_wave(db.session.scalars(select(Wave)).one(), now=factories.OPENED))
    with running_post() as post:
        for name, value in (
            ("HOST", "127.0.0.1"),
            ("PORT", str(post.port)),
            ("SECURITY", "none"),
        ):
            monkeypatch.setenv(f"HAILONG_SMTP_{name}", value)
        monkeypatch.setenv("HAILONG_MAIL_FROM", "office@moit.gov.vn")
        assert hailong("staff", "send", *OF, *ADDRESS).stdout == "invitations sent: 12\n"
        told = hailong("staff", "send", *OF, *ADDRESS, "--remind").stdout
        assert told == "reminders sent: fewer than 10, or nearly all: no number is told\n"
    told = hailong("staff", "status", *OF).stdout
    assert "law  12 invited  not shown" in told
    assert "invitations  12" in told
    assert "reminders" not in told
    hailong("wave", "close", "culture", "2026")
    assert instance(lambda: counted(Contact)) == 0
    assert "destroyed  12 contacts" in hailong("staff", "status", *OF).stdout


def test_settings_and_promise_are_given_and_refused(hailong, instance):
    given = hailong(
        "staff", "settings", *OF, "--threshold", "12", "--cross", "age", "--retain-until", "2027-03-31"
    )
    assert given.stdout == "threshold 12  crossed age  raw answers until 2027-03-31\n"
    assert "Nếu cần hỏi: Lan" in hailong("staff", "promise", *OF, "--contact", "Lan").stdout
    refused = hailong("staff", "settings", *OF, "--threshold", "4")
    assert (refused.exit_code, refused.stderr) == (
        1,
        "The threshold of an anonymous wave is a whole number from 5 to 1000.\n",
    )


def test_retention_runs_dry_then_for_good(hailong, instance, heads, tmp_path, monkeypatch):
    assert hailong("retention", "run").stdout == "Nothing is due.\n"
    hailong("staff", "import", heads, *OF, "--merge", tmp_path / "out.csv", *ADDRESS)
    hailong("staff", "settings", *OF, "--retain-until", "2027-03-31")
    hailong("wave", "open", "culture", "2026")
    moment = datetime.now(UTC) + timedelta(days=2000)
    monkeypatch.setattr(clock, "now", lambda: moment)
    waits = hailong("retention", "run")
    assert waits.exit_code == 1
    assert "culture/2026 is due but open; close it" in waits.stderr
    hailong("wave", "close", "culture", "2026")
    assert hailong("retention", "run", "--dry-run").stdout == "culture/2026: would destroy 2 pools\n"
    assert hailong("retention", "run").stdout == "culture/2026: destroyed 2 pools\n"
    assert hailong("retention", "run").stdout == "Nothing is due.\n"


def test_exports_of_answers_are_gone_also_where_the_destruction_breaks_off(hailong, instance, monkeypatch):
    def planted():
        wave = db.session.scalars(select(Wave)).one()
        wave.state, wave.retain_until, wave.late_until = "closed", date(2026, 6, 30), factories.CLOSED
        arguments = {"survey": "culture", "wave": "2026"}
        job = Job(key="a" * 32, kind="export-answers", arguments=arguments, state="done", made_at=clock.now())
        db.session.add(job)
        db.session.commit()
        folder = current_app.config["SNAPSHOT_FOLDER"]
        folder.mkdir(parents=True)
        (folder / "culture-2026-aaaaaaaaaaaa.parquet").write_text("answers")
        folders.folder_of(job).mkdir(parents=True)
        return folders.home(job.key)

    def resisting(_path):
        raise PermissionError(13, "Permission denied")

    export = instance(planted)
    monkeypatch.setattr(retention, "_overwrite", resisting)
    refused = hailong("retention", "run")
    assert (refused.exit_code, "1 snapshot files could not be destroyed" in refused.stderr) == (1, True)
    assert not export.exists()
