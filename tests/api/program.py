"""A program that asks with a key; every answer is checked against the description of the API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from jsonschema import Draft202012Validator

from app.api import openapi
from app.services import tokens

ROOT = "/api/v1"


@dataclass
class Answer:
    """What came back: status, headers, and the JSON or the bytes."""

    status: int
    headers: Any
    json: Any
    body: bytes

    @property
    def items(self):
        return self.json["items"]

    @property
    def detail(self):
        """The one sentence of a refusal."""
        assert self.headers["Content-Type"] == "application/problem+json"
        assert self.json["status"] == self.status
        return self.json["detail"]


class Program:
    """A program with a key, or without one."""

    def __init__(self, app, key=None):
        self.client = app.test_client(use_cookies=False)
        self.key = key

    def get(self, path, **options):
        return self.ask("GET", path, **options)

    def ask(self, method, path, headers=None, **options):
        sent = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        with self.client.open(
            ROOT + path, method=method, headers=sent | (headers or {}), **options
        ) as response:
            body = response.data
            answer = Answer(response.status_code, response.headers, response.get_json(silent=True), body)
        assert "Set-Cookie" not in response.headers
        assert "Cookie" not in response.headers.get("Vary", "")
        self._check(method, path, answer)
        return answer

    def all(self, path, **options):
        """Every entry of a list, part by part."""
        found, following = [], None
        while True:
            mark = f"{'&' if '?' in path else '?'}cursor={following}" if following else ""
            answer = self.get(path + mark, **options)
            assert answer.status == 200, answer.json
            found += answer.items
            following = answer.json["next"]
            if following is None:
                return found

    @staticmethod
    def _check(method, path, answer):
        rule = described(method, path.split("?")[0])
        if rule is None or answer.status == 304:
            return
        assert str(answer.status) in rule["responses"], f"{answer.status} is not described: {answer.json}"
        content = rule["responses"][str(answer.status)]["content"]
        media = answer.headers["Content-Type"].split(";")[0]
        assert media in content
        if media.endswith("json"):
            problems = [
                error.message for error in validator(content[media]["schema"]).iter_errors(answer.json)
            ]
            assert not problems, problems[:3]


def described(method, path):
    """What the description says of an address."""
    parts = path.strip("/").split("/")
    for template, operations in openapi.document()["paths"].items():
        wanted = template.strip("/").split("/")
        if len(wanted) == len(parts) and all(
            one == other or one.startswith("{") for one, other in zip(wanted, parts, strict=True)
        ):
            return operations.get(method.lower())
    return None


def validator(schema):
    """A checker of one schema of the description, with all that it refers to."""
    return Draft202012Validator({**schema, "components": openapi.document()["components"]})


def make_key(app, user_id, *, rights=("read",), days=30, name="Cổng dữ liệu"):
    """The text of a new key."""
    with app.app_context():
        return tokens.issue(user_id, name, rights, tokens.days()[0] + timedelta(days=days))[1]
