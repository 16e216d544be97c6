"""The chain: one line after the other without gap or fork, kept by the database itself."""

from __future__ import annotations

import threading

import pytest
from flask import g
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.extensions import db, transaction
from app.models import Survey
from app.queries.audit import iter_entries
from app.services import audit
from app.services.audit_checking import check

WRITERS, EACH = 6, 8


def write(*actions):
    for action in actions:
        with transaction() as session:
            audit.record(session, action, "citizens/2026", count=1)


def test_a_line_says_who_did_what_to_what(data):
    g.actor = "lan@office.vn"
    with transaction() as session:
        audit.record(session, "release.approved", "citizens/2026/2", reason="Trọng số đã sửa")
    (line,) = iter_entries()
    assert (line.number, line.actor, line.action) == (1, "lan@office.vn", "release.approved")
    assert line.subject == "citizens/2026/2"
    assert line.facts == '{"reason":"Trọng số đã sửa"}'
    assert line.previous_hash == audit.FIRST
    assert audit.hash_of(line) == line.hash


def test_lines_of_one_transaction_follow_each_other(data):
    with transaction() as session:
        audit.record(session, "one.done", "a")
        audit.record(session, "two.done", "b")
    write("three.done")
    assert [line.action for line in iter_entries()] == ["one.done", "two.done", "three.done"]
    assert check(iter_entries()).whole


def undo(session, action):
    audit.record(session, action, "a")
    raise RuntimeError


def test_what_is_undone_leaves_no_line(data):
    with pytest.raises(RuntimeError), transaction() as session:
        undo(session, "survey.made")
    write("survey.closed")
    assert [line.action for line in iter_entries()] == ["survey.closed"]


def test_what_is_undone_with_a_savepoint_leaves_no_line(data):
    with transaction() as session:
        audit.record(session, "one.done", "a")
        with pytest.raises(RuntimeError), session.begin_nested():
            undo(session, "two.done")
        with session.begin_nested():
            audit.record(session, "three.done", "c")
    assert {line.action for line in iter_entries()} == {"one.done", "three.done"}
    assert check(iter_entries()).whole


def test_where_a_line_cannot_be_kept_nothing_is(data, monkeypatch):
    monkeypatch.setattr(audit, "hash_of", lambda entry: None)

    def make():
        with transaction() as session:
            session.add(Survey(code="citizens", title={"vi": "Người dân"}))
            audit.record(session, "survey.made", "citizens")

    with pytest.raises(DBAPIError):
        make()
    assert db.session.query(Survey).count() == 0


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET actor = 'x'", "DELETE FROM audit_entry"])
def test_the_database_refuses_to_change_or_remove_a_line(data, statement):
    write("one.done")
    with pytest.raises(DBAPIError, match="only added to"), db.engine.begin() as connection:
        connection.execute(text(statement))
    assert check(iter_entries()).lines == 1


def test_writers_at_once_make_one_chain(data):
    g.pop("actor", None)
    failed = []

    def work(writer):
        try:
            with data.app_context():
                g.actor = f"writer {writer}"
                write(*(f"step.{number}" for number in range(EACH)))
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(writer,)) for writer in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    lines = list(iter_entries())
    assert [line.number for line in lines] == list(range(1, WRITERS * EACH + 1))
    assert check(lines).whole
    for writer in range(WRITERS):
        own = [line.action for line in lines if line.actor == f"writer {writer}"]
        assert own == [f"step.{number}" for number in range(EACH)]


def test_a_line_break_and_a_nul_cannot_make_one_line_look_like_two(data):
    with transaction() as session:
        audit.record(session, "page.seen", "a\nb\x00c", note="d\x00")
    (line,) = iter_entries()
    assert line.subject == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c"
    assert check([line]).whole
