"""The demonstration end to end, with two provinces instead of thirty-four."""

from __future__ import annotations

import json

import pytest

from app.demo import story
from app.demo.provinces import places
from tests.workbooks.linter import lint


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    patch = pytest.MonkeyPatch()
    patch.setattr(story, "places", lambda: places()[:6])
    said = []
    found = story.tell(tmp_path_factory.mktemp("demo") / "demo", say=said.append)
    patch.undo()
    return found, said


def test_every_agency_that_was_rated_has_a_workbook(told):
    found, _ = told
    stems = {path.stem for path in found.workbooks}
    assert stems == {"whole", "agency-01", "agency-04"} | {f"agency-{code}" for code in places()[:6]}
    assert [fault for path in found.workbooks for fault in lint(path)] == []


def test_citizens_of_each_province_posted_the_form(told):
    found, said = told
    assert found.posted == 2
    assert any("2 of them by posting the form" in line for line in said)


def test_the_truth_lies_in_the_interval_of_the_whole(told):
    found, _ = told
    document = json.loads(found.results.read_text(encoding="utf-8"))
    index = next(one for one in document["estimates"] if one["domain"] is None and one["node"] == "sipas")
    assert index["low"] < found.truth < index["high"]
    assert found.estimate == (index["value"], index["low"], index["high"])
    assert index["n"] == found.responses


def test_the_form_of_the_open_wave_and_the_sign_in_are_served(told):
    found, _ = told
    client = found.app.test_client()
    assert client.get(found.form_path).status_code == 200
    reply = client.get("/results/")
    assert reply.status_code == 302
    assert "/sign-in" in reply.headers["Location"]


@pytest.mark.study
def test_the_same_seed_gives_the_same_snapshot_and_results(told, tmp_path, monkeypatch):
    found, _ = told
    monkeypatch.setattr(story, "places", lambda: places()[:6])
    again = story.tell(tmp_path / "demo")
    assert again.snapshot_sha256 == found.snapshot_sha256
    assert again.results.read_bytes() == found.results.read_bytes()
    assert [path.read_bytes() for path in again.workbooks] == [path.read_bytes() for path in found.workbooks]
