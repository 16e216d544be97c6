"""Anybody may ask what a workbook is, learns no more than the workbook they hold, and begins nothing unbounded."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from datetime import timedelta
from io import BytesIO

import pytest

from app.extensions import db, transaction
from app.models import Destruction, Job
from app.queries.runs import get_run
from app.queries.users import find_user
from app.services import approving, rechecking, releasing
from app.services.approving import approve
from app.services.files import FileRefused
from app.services.jobs import work_off
from app.services.runs import folder_of
from app.verify import views
from tests.auth.person import Person
from tests.services.closed import PUBLISHED, copied
from tests.services.test_verifying import BOOK, bomb, raised

PAGE = "/verify/?lang=en"


@pytest.fixture
def house(estimated, tmp_path):
    """The application with one release; its folder."""
    with copied(estimated, tmp_path) as app:
        release = approve(get_run("citizens", "2026", 1), find_user("minh@office.vn").id)
        yield app, release, folder_of(release)


def ask(app, content, name="agency-north.xlsx", signature=None, **options):
    fields = {"file": (BytesIO(content), name)}
    if signature is not None:
        fields["signature"] = (BytesIO(signature), f"{name}.sig")
    return app.test_client().post(PAGE, data=fields, content_type="multipart/form-data", **options)


def as_json(app, content, **options):
    return ask(app, content, headers={"Accept": "application/json"}, **options)


def test_an_untouched_workbook_is_told_what_it_is_under_whatever_name(house):
    app, release, folder = house
    answer = ask(app, (folder / BOOK).read_bytes(), "tải về (1).xlsx")

    assert answer.status_code == 200
    assert "This workbook is unchanged since it was released." in answer.text
    for words in ("Tỉnh Bắc", "Wave 2026", "15 April 2026", release.key_id):
        assert words in answer.text
    assert "no-store" in answer.headers["Cache-Control"]


def test_it_is_recomputed_once_per_release_and_version_however_often_it_is_asked(house):
    app, _release, folder = house
    book = (folder / BOOK).read_bytes()
    for _ in range(3):
        assert as_json(app, book).json["remarks"][-1]["code"] == "recomputing"
    as_json(app, (folder / "workbooks/whole.xlsx").read_bytes())
    assert db.session.query(Job).filter_by(kind=rechecking.RECHECK).count() == 1
    assert work_off() == 1

    for name in (BOOK, "workbooks/whole.xlsx"):
        found = as_json(app, (folder / name).read_bytes()).json
        assert (found["state"], found["recomputed"], found["remarks"][-1]["code"]) == (
            "unchanged",
            True,
            "recomputed",
        )
    assert db.session.query(Job).count() == 1


def test_recomputing_by_another_version_compares_figures(house, monkeypatch):
    app, _release, folder = house
    monkeypatch.setattr(rechecking, "versions", lambda: {"hailong": "99"})
    as_json(app, (folder / BOOK).read_bytes())
    work_off()
    found = as_json(app, (folder / BOOK).read_bytes()).json
    assert (found["recomputed"], found["remarks"][-1]["code"]) == (True, "recomputed_by_other_version")


def test_a_release_whose_results_do_not_come_out_again_is_told(house):
    """Somebody changed a figure in the snapshot's place: the hash of the snapshot no longer fits."""
    import duckdb

    app, release, folder = house
    path = rechecking.released_files.known(release).snapshot
    with duckdb.connect() as database:
        database.execute(f"CREATE TABLE t AS SELECT * FROM read_parquet('{path}')")
        database.execute("UPDATE t SET polite = '3'")
        path.unlink()
        database.execute(f"COPY t TO '{path}' (FORMAT parquet)")
    as_json(app, (folder / BOOK).read_bytes())
    work_off()
    found = as_json(app, (folder / BOOK).read_bytes()).json
    assert (found["state"], found["remarks"][-1]["code"]) == ("changed", "other_inputs")


def test_a_recomputing_that_could_not_be_done_accuses_no_workbook_and_is_done_again_later(house, monkeypatch):
    app, release, folder = house
    book = (folder / BOOK).read_bytes()

    def broken(*_given):
        raise FileRefused("The snapshot cannot be read to its end.")

    def told():
        found = as_json(app, book).json
        return found["state"], found["recomputed"], found["remarks"][-1]["code"]

    with monkeypatch.context() as full:
        full.setattr(rechecking, "scored_with", broken)
        as_json(app, book)
        work_off()
        (job,) = db.session.query(Job)
        assert (job.state, job.problem) == (
            "failed",
            "The release could not be recomputed: The snapshot cannot be read to its end.",
        )
        assert told() == ("unchanged", None, "not_recomputed")
        assert db.session.query(Job).count() == 1
    path = rechecking._path(release)
    path.parent.mkdir(exist_ok=True)
    path.write_text('{"same_versions": false, "same_figures": false, "books": {}, "other_inputs": []}')
    assert told() == ("unchanged", None, "not_recomputed")
    monkeypatch.setattr(rechecking, "AGAIN", timedelta(0))
    assert told() == ("unchanged", None, "recomputing")
    work_off()
    assert told() == ("unchanged", True, "recomputed")


def test_after_retention_nothing_kept_is_told_as_recomputed(house):
    app, release, folder = house
    book = (folder / BOOK).read_bytes()
    path = rechecking._path(release)
    path.parent.mkdir()
    kept = rechecking.Recheck(True, True, {BOOK: hashlib.sha256(book).hexdigest()})
    path.write_text(json.dumps(asdict(kept)))
    assert as_json(app, book).json["recomputed"]
    with transaction() as session:
        session.add(
            Destruction(wave_id=release.wave_id, on=PUBLISHED, kind="responses", count=15, reason="K")
        )
    found = as_json(app, book).json
    assert (found["state"], found["recomputed"], found["remarks"][-1]["code"]) == (
        "unchanged",
        None,
        "destroyed",
    )


def test_a_changed_workbook_is_told_and_strangers_learn_no_figure_of_it(house):
    app, release, folder = house
    other, cell, before = raised((folder / BOOK).read_bytes())
    signature = (folder / f"{BOOK}.sig").read_bytes()
    assert "was changed, or it is none of ours" in ask(app, other).text

    found = as_json(app, other, signature=signature).json
    assert (found["state"], found["differences"]) == ("changed", [])
    assert str(before) not in ask(app, other, signature=signature).text
    approving.publish(release)
    found = as_json(app, other, signature=signature).json
    assert [(one["cell"], float(one["there"])) for one in found["differences"]] == [(cell, before)]
    assert f"cell {cell}: here" in ask(app, other, signature=signature).text


def test_a_newer_version_is_told_and_why_once_it_is_public(house):
    app, release, folder = house
    book = (folder / BOOK).read_bytes()
    newer = releasing.release(
        release.wave,
        published_on=PUBLISHED.replace(month=5),
        language="vi",
        changes="Xã <Bắc>",
        reason="Phiếu giấy.",
    )
    said = ask(app, book).text
    assert "There is a newer version: release 2 of 2026-05-15." in said
    assert "Phiếu giấy." not in said
    approving.publish(newer)
    assert "Xã &lt;Bắc&gt;" in ask(app, book).text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a;b\n1;2\n", "This is no workbook"),
        (b"", "The file is empty"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, "an old kind"),
        (b"PK\x03\x04" + b"\0" * 100, "This is no workbook"),
    ],
    ids=["csv", "empty", "xls", "broken"],
)
def test_what_is_no_workbook_is_said(house, content, said):
    app, *_ = house
    answer = ask(app, content)
    assert answer.status_code == 422
    assert said in answer.text
    assert said in as_json(app, content).json["error"]


def test_a_bomb_is_only_hashed(house):
    app, *_ = house
    assert as_json(app, bomb()).json["remarks"][0]["code"] == "not_ours"


def test_no_file_a_huge_one_and_no_signature_are_said(house, monkeypatch):
    app, _release, folder = house
    assert "Choose a workbook" in app.test_client().post(PAGE, data={}).text
    monkeypatch.setattr(views, "MOST_BYTES", 1 << 17)
    huge = ask(app, b"PK" + b"\0" * (3 << 17))
    assert (huge.status_code, "larger than any workbook of ours" in huge.text) == (413, True)
    wrong = ask(app, (folder / BOOK).read_bytes(), signature=b"{}")
    assert (wrong.status_code, "no signature of a release" in wrong.text) == (422, True)


def test_the_keys_are_served_to_everybody(house):
    app, release, _ = house
    found = app.test_client().get("/verify/keys.json")
    assert [one["key_id"] for one in found.json["keys"]] == [release.key_id]
    assert "public" in found.headers["Cache-Control"]


def test_the_page_keeps_the_rules_of_pages(house):
    app, _release, _folder = house
    page = Person(app.test_client()).get("/verify/").page
    assert page.named("file")
    assert not page.named("csrf_token")
