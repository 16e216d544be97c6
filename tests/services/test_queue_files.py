"""The file of unsent answers that a tablet exports: taken in whole, once, and never by half."""

from __future__ import annotations

import json
import uuid

import pytest
from sqlalchemy import select

from app.extensions import db
from app.models import Response
from app.services import queue_files
from tests.factories import make_open_wave


@pytest.fixture
def link(data):
    _wave, (collector,) = make_open_wave()
    return collector.code


def entry(link, **changes):
    """One answer as static/kiosk/queue_export.js writes it."""
    sheet = {
        "id": str(uuid.uuid4()),
        "instrument": "tiny@1",
        "language": "vi",
        "started": "2026-03-05T01:00:00.000Z",
        "sent": "2026-03-05T01:04:00.000Z",
        "answers": {"visited": "yes", "polite": "2", "heard": ["tv"]},
        "device_sha256": "ab" * 32,
    }
    return {"collector": link, "put": sheet["sent"], "state": "waiting", "submission": sheet | changes}


def file_of(*entries, **changes):
    document = {"format": "hailong-queue", "version": 1, "exported": "2026-03-06T01:00:00.000Z"}
    return json.dumps(document | {"entries": list(entries)} | changes).encode()


def responses():
    return list(db.session.scalars(select(Response).order_by(Response.id)))


def test_every_answer_is_stored_as_the_tablet_took_it(link):
    one = entry(link)
    taken = queue_files.import_queue(file_of(one, entry(link)))
    assert (taken.stored, taken.already, taken.not_taken) == (2, 0, ())
    row = responses()[0]
    assert row.response_id == one["submission"]["id"]
    assert row.answers == {"visited": "yes", "polite": "2", "heard": ["tv"]}
    assert row.device_token == "ab" * 32
    assert row.submitted_at.isoformat() == "2026-03-05T01:04:00+00:00"


def test_a_file_that_comes_again_changes_nothing(link):
    content = file_of(entry(link), entry(link))
    queue_files.import_queue(content)
    again = queue_files.import_queue(content)
    assert (again.stored, again.already) == (0, 2)
    assert len(responses()) == 2


def test_an_answer_that_was_refused_there_is_tried_here(link):
    taken = queue_files.import_queue(
        file_of(entry(link) | {"state": "refused", "status": 404, "problem": "No."})
    )
    assert taken.stored == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"id": "7"}, "response id"),
        ({"id": None}, "'id'"),
        ({"instrument": "tiny"}, "'instrument'"),
        ({"instrument": "other@1"}, "does not ask other@1"),
        ({"language": "xx"}, "language"),
        ({"answers": {"polite": "9"}}, "polite (not_an_option)"),
        ({"answers": {"nothing": "9"}}, "nothing (no item)"),
        ({"answers": ["polite"]}, "'answers'"),
        ({"answers": {"polite": 2}}, "'answers'"),
        ({"device_sha256": 7}, "'device_sha256'"),
        ({"device_sha256": "token"}, "'device_sha256'"),
        ({"slip": "\x00"}, "'slip'"),
        ({"instrument": "\ud800@1"}, "'instrument'"),
    ],
)
def test_an_answer_that_cannot_be_stored_is_named_and_holds_up_no_other(link, wrong, said):
    taken = queue_files.import_queue(file_of(entry(link, **wrong), entry(link)))
    assert taken.stored == 1
    (lost,) = taken.not_taken
    assert lost.place == 1
    assert said in str(lost)
    assert len(responses()) == 1


@pytest.mark.parametrize("words", ["a\x00b", "\ud800"])
def test_a_text_with_a_sign_that_no_database_keeps_does_not_end_in_a_fault(link, words):
    taken = queue_files.import_queue(file_of(entry(link, answers={"words": words}), entry(link)))
    assert taken.stored + len(taken.not_taken) == 2
    assert len(responses()) == taken.stored


def test_an_unknown_link_and_an_entry_without_any_shape_are_named(link):
    taken = queue_files.import_queue(file_of(entry("nowhere"), "nonsense", entry(link)))
    assert taken.stored == 1
    assert [one.place for one in taken.not_taken] == [1, 2]
    assert "No collector has the code nowhere" in str(taken.not_taken[0])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (file_of()[:-5], "not JSON"),
        (b"[]", "does not call itself one"),
        (file_of(format="other"), "does not call itself one"),
        (file_of(version=2), "its version is not 1"),
        (file_of(entries={}), "no list of entries"),
    ],
)
def test_what_is_no_file_of_a_queue_is_refused_with_one_sentence(link, content, said):
    with pytest.raises(queue_files.QueueFileRefused, match=said) as refused:
        queue_files.import_queue(content)
    assert "\n" not in str(refused.value)
    assert responses() == []
