"""The health page: 200 while the database can be read."""

from __future__ import annotations

from sqlalchemy import text

from app.extensions import db


def test_a_working_database_is_healthy(data):
    reply = data.test_client().get("/health")
    assert (reply.status_code, reply.text) == (200, "ok\n")
    assert reply.cache_control.no_store


def test_a_database_without_our_tables_is_not(app):
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("DROP TABLE release"))
        connection.execute(text("ALTER TABLE wave RENAME TO gone"))
    assert app.test_client().get("/health").status_code == 503


def test_it_says_nothing_of_what_it_serves(data):
    reply = data.test_client().get("/health")
    assert "Set-Cookie" not in reply.headers
    assert len(reply.text) < 40


def test_the_bare_address_leads_evaluators_in(client):
    reply = client.get("/")
    assert reply.status_code == 302
    assert reply.headers["Location"].endswith("/results/")
