"""The page where the office takes in a tablet's unsent answers."""

from __future__ import annotations

from io import BytesIO

import pytest

from tests.auth.person import token
from tests.factories import make_open_wave
from tests.services.test_queue_files import entry, file_of


@pytest.fixture
def link(app):
    with app.app_context():
        _wave, (collector,) = make_open_wave()
        return collector.code


def take_in(person, content, name="hailong-queue.json"):
    form = {"csrf_token": token(person.get("/office/unsent").page), "file": (BytesIO(content), name)}
    return person.client.post("/office/unsent?lang=en", data=form, content_type="multipart/form-data")


def test_a_file_is_taken_in_and_its_answers_are_counted(office, link):
    content = file_of(entry(link), entry(link), entry("nowhere"))
    first = take_in(office, content)
    assert first.status_code == 200
    assert "New answers: 2. Known already: 0. Not stored: 1." in first.text
    assert "Its link is not known here." in first.text
    assert "New answers: 0. Known already: 2. Not stored: 1." in take_in(office, content).text


def test_a_file_larger_than_any_form_is_taken_in(office, link):
    content = file_of(*(entry(link, padding="x" * 1000) for _ in range(300)))
    assert len(content) > 256 * 1024
    assert "New answers: 300." in take_in(office, content).text


def test_a_stranger_can_send_no_large_file(stranger):
    reply = stranger.client.post(
        "/office/unsent",
        data={"file": (BytesIO(b"x" * 300_000), "a.json")},
        content_type="multipart/form-data",
    )
    assert reply.status_code == 413


def test_another_file_is_refused_with_one_sentence(office):
    reply = take_in(office, b"not a queue")
    assert reply.status_code == 422
    assert "This is no file of unsent answers." in reply.text


def test_no_file_is_asked_for(office):
    reply = take_in(office, b"", name="")
    assert reply.status_code == 422
    assert "Choose the file that the tablet exported." in reply.text


def test_without_an_account_the_page_is_closed(stranger):
    assert stranger.client.get("/office/unsent").status_code == 302
