"""A visitor who follows links: every page they are given is checked, and none may set a cookie."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

import pytest
from jinja2 import BytecodeCache
from sqlalchemy import select

from app.extensions import db
from app.models import Response
from tests.factories import make_open_wave
from tests.pages import Page, read_page


@dataclass
class Answer:
    """What came back: the status, the headers, and the page where there was one."""

    status: int
    headers: object
    body: bytes
    page: Page | None


class Visitor:
    """A browser without script, or the hands of one with it."""

    def __init__(self, client):
        self.client = client

    def get(self, path, **options):
        return self._read(self.client.get(path, **options))

    def post(self, path, fields, **options):
        return self._read(self.client.post(path, data=fields, **options))

    def _read(self, response):
        # Neither a cookie given nor one looked at: the endpoint knows no session.
        assert "Set-Cookie" not in response.headers
        assert "Cookie" not in response.headers.get("Vary", "")
        html = response.mimetype == "text/html" and response.content_encoding is None and response.data
        page = read_page(response.text) if html and response.status_code not in (302, 303, 304) else None
        return Answer(response.status_code, response.headers, response.data, page)


class CompiledTemplates(BytecodeCache):
    """Templates compiled once for all tests: each test has an application of its own, and compiling is slow."""

    def __init__(self):
        self.kept = {}

    def load_bytecode(self, bucket):
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket):
        self.kept[bucket.key] = bucket.bytecode_to_string()


_compiled = CompiledTemplates()


@pytest.fixture
def app(app):
    app.jinja_env.bytecode_cache = _compiled
    return app


@pytest.fixture
def visitor(client):
    return Visitor(client)


@pytest.fixture
def link(app):
    """The code of an open link of the small instrument, for the agency `north-1`."""
    return open_link(app)


def open_link(app, **settings):
    """The code of a link of a new open wave."""
    with app.app_context():
        _wave, (collector,) = make_open_wave(**settings)
        return collector.code


def filled(instrument="tiny@1", language="vi", response_id=None, **answers):
    """The fields that the scripted form sends."""
    ours = {
        "_instrument": instrument,
        "_language": language,
        "_id": response_id or str(uuid4()),
        "_started": "2026-03-05T01:00:00.000Z",
        "_sent": "2026-03-05T01:04:00.000Z",
    }
    return ours | answers


def responses(app):
    """All stored responses."""
    with app.app_context():
        return list(db.session.scalars(select(Response).order_by(Response.id)))
