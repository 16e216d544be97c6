"""Filled forms as JSON: stored exactly once on either database, and one sentence for everything that is wrong."""

from __future__ import annotations

import hashlib
import json
import threading
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy.exc import OperationalError

from app.extensions import db
from app.queries.collectors import get_collector
from app.queries.responses import find_response
from app.services import fieldwork, responding, slips
from app.services.responding import receipt
from tests.factories import OPENED, make_collectors, make_open_wave, make_wave
from tests.respond.conftest import open_link, responses


@pytest.fixture
def link(data):
    return open_link(data)


def form(**changes):
    """A filled form as a tablet sends it; a part given as None is left out."""
    parts = {
        "id": str(uuid4()),
        "instrument": "tiny@1",
        "language": "vi",
        "started": "2026-03-05T01:00:00.000Z",
        "sent": "2026-03-05T01:04:00.000Z",
        "answers": {
            "visited": "yes",
            "seats": "3",
            "polite": "na",
            "heard": ["net", "tv"],
            "words": " Cảm ơn ",
        },
    }
    return {part: given for part, given in (parts | changes).items() if given is not None}


def send(data, link, body, **options):
    """The reply with its JSON; no cookie is set or looked at, and nobody keeps it."""
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    options = {"content_type": "application/json"} | options
    reply = data.test_client().post(f"/r/{link}/responses", data=body, **options)
    assert "Set-Cookie" not in reply.headers
    assert "Cookie" not in reply.headers.get("Vary", "")
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.mimetype == "application/json"
    return reply


def stored(given):
    db.session.rollback()
    return find_response(given["id"])


def test_a_form_is_stored_whole_and_acknowledged(data, link):
    given = form(device="token of the tablet")

    reply = send(data, link, given)

    assert reply.status_code == 201
    assert reply.json["status"] == "stored"
    assert (reply.json["counted"], reply.json["receipt"]) == (True, receipt(given["id"]))
    row = stored(given)
    assert row.answers == {
        "visited": "yes",
        "seats": "3",
        "polite": "na",
        "heard": ["tv", "net"],
        "words": "Cảm ơn",
    }
    assert (row.started_at, row.submitted_at) == (
        datetime(2026, 3, 5, 1, 0, tzinfo=UTC),
        datetime(2026, 3, 5, 1, 4, tzinfo=UTC),
    )
    assert row.device_token == hashlib.sha256(b"token of the tablet").hexdigest()
    assert row.flags == ["unknown_device"]


def test_the_same_form_again_is_200_and_other_answers_under_its_id_are_409(data, link):
    given = form()
    first = send(data, link, given)

    again = send(data, link, given | {"id": given["id"].upper(), "sent": "2026-03-06T00:00:00Z"})
    changed = send(data, link, given | {"answers": {"polite": "1"}})

    assert (again.status_code, again.json["status"]) == (200, "already")
    assert (changed.status_code, changed.json["status"]) == (409, "conflict")
    assert {first.json["receipt"], again.json["receipt"], changed.json["receipt"]} == {receipt(given["id"])}
    assert stored(given).answers["polite"] == "na"


def test_ten_sends_at_once_are_one_row(data, link):
    given, start, found = form(), threading.Barrier(10), []

    def work():
        start.wait()
        found.append(send(data, link, given).status_code)

    threads = [threading.Thread(target=work) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(found) == [200] * 9 + [201]
    db.session.rollback()
    assert len(responses(data)) == 1


def test_a_late_form_is_stored_and_said_not_to_count(data):
    wave, (collector,) = make_open_wave()
    link = collector.code
    fieldwork.close_wave(wave, now=OPENED + timedelta(days=1))
    given = form(language="en")

    reply = send(data, link, given)

    assert (reply.status_code, reply.json["counted"]) == (201, False)
    assert "kept apart" in reply.json["sentence"]
    assert stored(given).state == "late"


def test_a_form_of_a_wave_that_is_planned_or_of_a_revoked_link_is_kept(data):
    (planned,) = make_collectors(make_wave())
    assert send(data, planned.code, form()).json["counted"] is False
    fieldwork.open_wave(planned.wave, now=OPENED)
    fieldwork.revoke_collector(get_collector(planned.code))
    assert send(data, planned.code, form()).json["counted"] is True


def test_a_used_slip_is_409_with_a_sentence_and_the_answers_are_kept(data, link):
    collector = get_collector(link)
    (sheet,) = slips.make_sheets(collector)
    assert send(data, link, form(slip=sheet.codes[0])).status_code == 201
    second = form(slip=sheet.codes[0], language="en")

    reply = send(data, link, second)

    assert (reply.status_code, reply.json["status"], reply.json["counted"]) == (409, "repeat", False)
    assert "one slip gives one answer" in reply.json["sentence"]
    assert stored(second).state == "repeat"


def test_the_sentence_is_in_the_language_of_the_form(data, link):
    assert send(data, link, form()).json["sentence"].startswith("Xin cảm ơn")
    assert send(data, link, form(language="en")).json["sentence"].startswith("Thank you")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 400),
        (b'"text"', 400),
        (b"x" * 300_000, 413),
        (form(id=None), 400),
        (form(id="17"), 400),
        (form(id=str(uuid4()).replace("-", "")), 400),
        (form(id=17), 400),
        (form(instrument="tiny"), 400),
        (form(instrument="tiny@one"), 400),
        (form(instrument="tiny@2"), 400),
        (form(instrument="tiny@99999999"), 400),
        (form(instrument="other@1"), 400),
        (form(language="fr"), 400),
        (form(language="\ud800"), 400),
        (form(started=5), 400),
        (form(device="x" * 300), 400),
        (form(device="\ud800"), 400),
        (form(slip="a\0b"), 400),
        (form(interviewer="x" * 65), 400),
        (form(answers=None), 400),
        (form(answers=["polite"]), 400),
        (form(mode="paper"), 400),
        (form(answers={"polite": 2}), 422),
        (form(answers={"polite": None}), 422),
        (form(answers={"heard": ["tv", 1]}), 422),
        (form(answers={"polite": "9"}), 422),
        (form(answers={"polite": ["1", "2"]}), 422),
        (form(answers={"age": "7"}), 422),
        (form(answers={"words": "x" * 2_001}), 422),
    ],
)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_whatever_is_wrong_is_one_sentence_and_nothing_is_stored(data, link, body, status, language):
    if isinstance(body, dict) and body.get("language") == "vi":
        body = body | {"language": language}

    reply = send(data, link, body, headers={"Accept-Language": language})

    assert reply.status_code == status
    problem = reply.json["problem"]
    assert problem.endswith(".")
    assert problem.count(". ") == 0
    assert "%(" not in problem
    assert problem.isascii() is (language == "en") or "“" in problem
    assert set(reply.json) == ({"problem", "items"} if status == 422 else {"problem"})
    assert all(sentence.endswith(".") for sentence in reply.json.get("items", {}).values())
    db.session.rollback()
    assert responses(data) == []


def test_every_wrong_answer_is_named(data, link):
    answers = {"visited": "no", "polite": "9", "result": "1", "heard": ["radio"], "age": "7"}

    reply = send(data, link, form(language="en", answers=answers))

    assert reply.json["items"] == {
        "polite": "Choose one of the answers shown.",
        "heard": "Choose one of the answers shown.",
        "age": "No question has this code; leave the answer out.",
    }


def test_an_unknown_link_is_404_and_another_site_is_refused(data, link):
    assert send(data, "nowhere", form()).status_code == 404
    assert send(data, link, form(), headers={"Origin": "https://elsewhere.example"}).status_code == 403
    assert send(data, link, form(), headers={"Origin": "null"}).status_code == 403
    assert send(data, link, form(), headers={"Origin": "https://localhost"}).status_code == 201


def test_a_clock_that_cannot_be_read_loses_no_answer(data, link):
    given = form(started="yesterday", sent="2026-03-05T01:04:00")

    assert send(data, link, given).status_code == 201
    assert (stored(given).started_at, stored(given).submitted_at) == (None, None)


def test_a_database_that_fails_is_503_and_the_same_form_is_taken_afterwards(data, link, monkeypatch):
    given = form(language="en")

    def fail(*_arguments):
        raise OperationalError("INSERT", {}, Exception("server closed the connection"))

    with monkeypatch.context() as broken:
        broken.setattr(responding, "_store", fail)
        reply = send(data, link, given)
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "1")
    assert "send the same form again" in reply.json["problem"]
    assert send(data, link, given).status_code == 201


@pytest.mark.postgresql
def test_connections_that_were_cut_meanwhile_are_opened_again(server, data, link):
    if db.engine.dialect.name == "sqlite":
        db.engine.dispose()  # A file has no connection that somebody else could cut; opening it again is all.
    else:
        with db.engine.connect() as connection:
            own = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                f" WHERE datname = current_database() AND pid <> {own}"
            )
    assert send(data, link, form()).status_code == 201


def test_a_wave_that_moved_on_in_another_process_is_noticed_when_its_form_comes(data, link):
    send(data, link, form())  # The link is kept in this process from now on.
    from tests.factories import instrument

    newer = fieldwork.register_instrument(instrument(2))
    send(data, link, form())
    with db.engine.begin() as elsewhere:
        elsewhere.exec_driver_sql(f"UPDATE wave SET instrument_version_id = {newer.id}")

    assert send(data, link, form(instrument="tiny@2")).status_code == 201
