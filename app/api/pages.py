"""For people: the description of the API as a document for programs, and as a page with examples."""

from __future__ import annotations

import hashlib
import json
import shlex
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import Blueprint, Response, request, url_for

from app.access import open_to_all
from app.api import openapi
from app.office_pages import office_page

blueprint = Blueprint("api_pages", __name__, url_prefix="/api")
blueprint.before_request(open_to_all)


@dataclass(frozen=True, slots=True)
class Shown:
    """One operation on the page."""

    name: str
    method: str
    path: str
    summary: str
    remark: str
    parameters: list[dict[str, Any]]
    example: str


@blueprint.get("/")
def operations() -> Response:
    """Every operation with its parameters and an example."""
    found = openapi.operations()
    tags = [(tag, [_shown(one) for one in group]) for tag, group in groupby(found, key=lambda each: each.tag)]
    return office_page("api/operations.html", tags=tags, version=openapi.VERSION)


@blueprint.get("/v1/openapi.json")
def description() -> Response:
    """The description of version 1 (OpenAPI 3.1); it says nothing that is secret, so it needs no key."""
    text = openapi.text()
    response = Response(text, mimetype="application/json")
    response.set_etag(hashlib.sha256(text.encode()).hexdigest()[:32])
    response.cache_control.public = True
    response.cache_control.max_age = 300
    return response.make_conditional(request)


def _shown(one: openapi.Operation) -> Shown:
    path = openapi.path_of(one)
    parameters = openapi.parameters(one)
    example = path
    for each in parameters:
        if each["in"] == "path":
            example = example.replace(f"{{{each['name']}}}", str(each["example"]))
    address = url_for("api_pages.operations", _external=True).removesuffix("/") + f"/v1{example}"
    parts = ["curl"]
    if one.body is not None:
        parts += ["--json", shlex.quote(_example_body(one))]
    elif one.method != "GET":
        parts += ["-X", one.method]
    if isinstance(one.answer, openapi.File):
        parts += ["-OJ"]
    parts += ["-H", "'Authorization: Bearer hl_…'", shlex.quote(address)]
    return Shown(
        one.name,
        one.method,
        f"{openapi.ADDRESS}{path}",
        one.summary,
        one.remark,
        [each | {"kind": _kind(each["schema"])} for each in parameters],
        " ".join(parts),
    )


def _example_body(one: openapi.Operation) -> str:
    (example,) = one.body.model_json_schema()["examples"] if one.body else ({},)
    return json.dumps(example)


def _kind(schema: dict[str, Any]) -> str:
    """`1 to 1000`, `vi, en`, `date`: what a parameter takes, in short."""
    if "enum" in schema:
        return ", ".join(schema["enum"])
    if "minimum" in schema and "maximum" in schema and schema["maximum"] < 2**31 - 1:
        return f"{schema['minimum']}–{schema['maximum']}"
    return schema.get("format", schema.get("type", ""))
