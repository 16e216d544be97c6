"""Exports by programs: asked for, waited for, fetched, and only of what the key's owner may take away."""

from __future__ import annotations

import csv
import io
import json

import pytest

from app.extensions import transaction
from app.queries.audit import iter_entries
from app.queries.jobs import list_jobs
from app.services import jobs
from tests.api.conftest import ANSWERED, WAVE

FORM = {"format": "csv", "bom": False}


@pytest.fixture(scope="module")
def done(world):
    """An export that the north's program asked for, after the worker came by."""
    from tests.api.program import Program

    app, keys = world
    asked = Program(app, keys["north"]).ask("POST", f"{WAVE}/exports", json=FORM)
    with app.app_context():
        jobs.work_off()
    return asked


def test_an_export_is_a_job_to_come_back_to(done, north):
    assert done.status == 202
    assert done.json["state"] == "waiting"
    assert done.headers["Location"] == f"/api/v1/jobs/{done.json['key']}"
    found = north.get(f"/jobs/{done.json['key']}").json
    assert (found["state"], found["problem"]) == ("done", "")
    assert found["files"] == ["citizens-2026-answers.csv", "citizens-2026-codebook.json"]
    assert [one["key"] for one in north.get("/jobs").items] == [done.json["key"]]


def test_its_file_holds_the_rows_of_the_branch_and_no_others(done, north):
    answer = north.get(f"/jobs/{done.json['key']}/files/citizens-2026-answers.csv")
    rows = list(csv.DictReader(io.StringIO(answer.body.decode())))
    expected = {
        place: days * people for place, (days, people) in ANSWERED.items() if place.startswith("north")
    }
    assert {place: sum(row["agency"] == place for row in rows) for place in expected} == expected
    assert len(rows) == sum(expected.values())


def test_a_download_is_recorded_with_its_size(world, done, north):
    app, _keys = world
    answer = north.get(f"/jobs/{done.json['key']}/files/citizens-2026-answers.csv")
    with app.app_context():
        line = [one for one in iter_entries() if one.action == "api.get_job_file"][-1]
    assert line.actor == "north@api.vn"
    assert json.loads(line.facts)["bytes"] == len(answer.body)


def test_how_far_a_job_is_may_be_asked_without_end_and_leaves_no_line(world, done, north):
    app, _keys = world
    north.get(f"/jobs/{done.json['key']}")
    with app.app_context():
        assert not [one for one in iter_entries() if one.action == "api.get_own_job"]


def test_a_job_of_somebody_else_is_not_there(done, whole, south):
    for program in (whole, south):
        assert program.get("/jobs").items == []
        assert program.get(f"/jobs/{done.json['key']}").status == 404
        assert program.get(f"/jobs/{done.json['key']}/files/citizens-2026-answers.csv").status == 404


def test_other_files_of_the_server_are_not_there(done, north):
    for name in ("lock", "..%2f..%2f..%2foffice.sqlite", "%2e%2e", "citizens-2026-answers.xlsx"):
        assert north.ask("GET", f"/jobs/{done.json['key']}/files/{name}").status == 404


def test_who_may_not_export_finds_nothing_of_it(world, south):
    app, _keys = world
    assert south.ask("POST", f"{WAVE}/exports", json=FORM).status == 404
    assert south.get(f"{WAVE}/codebook").status == 404
    with app.app_context():
        assert all(job.user.email != "south@api.vn" for job in list_jobs())


def test_a_wave_without_a_snapshot_is_refused_with_its_reason(whole):
    answer = whole.ask("POST", "/surveys/citizens/waves/running/exports", json=FORM)
    assert answer.status == 409
    assert "has no snapshot yet" in answer.detail
    assert whole.get("/surveys/citizens/waves/running/codebook").status == 409


def test_answers_of_staff_who_were_promised_anonymity_never_leave(world, whole):
    from app.queries.waves import get_wave

    app, _keys = world
    with app.app_context():
        with transaction() as session:
            wave = session.merge(get_wave("citizens", "running"))
            wave.anonymous = True
        answer = whole.ask("POST", "/surveys/citizens/waves/running/exports", json=FORM)
        with transaction() as session:
            # Before its first response a wave may still be told otherwise.
            session.merge(get_wave("citizens", "running")).anonymous = False
    assert answer.status == 409
    assert "anonymity" in answer.detail


def test_the_codebook_names_every_column_and_code(whole, done, north):
    lines = whole.get(f"{WAVE}/codebook?language=en").items
    assert {"agency", "seats", "polite", "result", "heard__tv"} <= {line["column"] for line in lines}
    labels = {line["code"]: line["label"] for line in lines if line["column"] == "seats"}
    assert labels["3"] == "Very satisfied"
    written = json.loads(north.get(f"/jobs/{done.json['key']}/files/citizens-2026-codebook.json").body)
    in_vietnamese = whole.get(f"{WAVE}/codebook?language=vi").items
    assert [line["column"] for line in written] == [line["column"] for line in in_vietnamese]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"json": {"format": "pdf"}}, "The field `format` is wrong: "),
        ({"json": {}}, "The field `format` is wrong: field required."),
        ({"json": {"format": "csv", "rows": 5}}, "There is no field `rows` here;"),
        ({"json": [1]}, "The body must be a JSON object"),
        ({"data": b"{"}, "The body must be a JSON object"),
        ({"data": b"{", "content_type": "application/json"}, "The body must be a JSON object"),
        ({"json": {"format": "csv", "bom": "maybe"}}, "The field `bom` is wrong: "),
        ({"json": {"format": "csv", "guard": 0}}, "The field `guard` is wrong: "),
    ],
)
def test_a_body_that_makes_no_sense_is_named_and_asks_for_nothing(world, whole, sent, said):
    app, _keys = world
    answer = whole.ask("POST", f"{WAVE}/exports", **sent)
    assert answer.status == 422
    assert answer.detail.startswith(said)
    with app.app_context():
        assert all(job.user.email != "whole@api.vn" for job in list_jobs())


def test_brackets_in_brackets_are_refused_in_a_sentence(north):
    found = north.ask(
        "POST", f"{WAVE}/exports", data="[" * 100_000, headers={"Content-Type": "application/json"}
    )
    assert found.status == 422
    assert "JSON object" in str(found.json)
