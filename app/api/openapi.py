"""The description of the API (OpenAPI 3.1), made from its operations and their models."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import import_module
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from app.api.operations import OPERATIONS, PARTS, File, Operation
from app.problem_details import TYPE

VERSION = "1.0.0"
ADDRESS = "/api/v1"
# Importing them registers their operations.
ROOMS = ("app.api.views", "app.api.released", "app.api.exports")

INTRODUCTION = (
    "Reads what Hailong has: surveys, waves, agencies, questionnaires, and what is released. "
    "Every request carries a key (`Authorization: Bearer hl_…`) that its owner makes on the page of keys; a key sees "
    "what its owner may see today, and everything else is not found. Lists come in parts: give `next` of one part as "
    "`cursor` of the following. Refusals are problem details (RFC 9457) with one sentence in `detail`. Within "
    "version 1 fields and operations are only added."
)

PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "description": "Why a request was refused (RFC 9457).",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "One sentence: what is wrong, and what to do."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "detail"],
                "properties": {"name": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}

REFUSED = {
    "401": "The key is missing, unknown, revoked or has run out.",
    "404": "It is not there, or not for this key.",
    "409": "It cannot be done as things stand; nothing was changed.",
    "422": "A parameter or the body is wrong; `errors` names each.",
    "429": "The key asks too often; `Retry-After` says how many seconds to wait.",
}


def operations() -> list[Operation]:
    """Every operation, in the order in which they are described."""
    for room in ROOMS:
        import_module(room)
    return OPERATIONS


@cache
def document() -> dict[str, Any]:
    """The whole description as plain JSON."""
    found = operations()
    models = {each for one in found for each in (one.answer, one.body) if _is_model(each)}
    ordered = sorted(models, key=lambda model: model.__name__)
    names, schemas = models_json_schema(
        [(model, "serialization" if _answers(model, found) else "validation") for model in ordered],
        ref_template="#/components/schemas/{model}",
    )
    paths: dict[str, Any] = {}
    for one in found:
        paths.setdefault(path_of(one), {})[one.method.lower()] = _described(one, names)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Hailong", "version": VERSION, "description": INTRODUCTION},
        "servers": [{"url": ADDRESS}],
        "security": [{"key": []}],
        "tags": [{"name": tag} for tag in dict.fromkeys(one.tag for one in found)],
        "paths": paths,
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "bearerFormat": "hl_…"}},
            "schemas": {"Problem": PROBLEM, **schemas.get("$defs", {})},
        },
    }


def text() -> str:
    """The description as it is served and kept in docs/schemas."""
    return json.dumps(document(), ensure_ascii=False, indent=2) + "\n"


def path_of(one: Operation) -> str:
    """The address as OpenAPI writes it."""
    return re.sub(r"<(?:[^<>]*:)?(\w+)>", r"{\1}", one.rule)


def parameters(one: Operation) -> list[dict[str, Any]]:
    """What stands in the address and in the query of an operation."""
    found = []
    for name in re.findall(r"\{(\w+)\}", path_of(one)):
        schema, said, example = PARTS[name]
        found.append(
            {
                "name": name,
                "in": "path",
                "required": True,
                "description": said,
                "schema": schema,
                "example": example,
            }
        )
    if one.query is not None:
        described = one.query.model_json_schema()
        for name, schema in described["properties"].items():
            plain = {key: value for key, value in schema.items() if key not in ("title", "description")}
            # Nobody sends a null in a query: what may be left out is left out.
            if "anyOf" in plain:
                (kept,) = (each for each in plain.pop("anyOf") if each != {"type": "null"})
                plain = kept | {key: value for key, value in plain.items() if value is not None}
            found.append(
                {
                    "name": name,
                    "in": "query",
                    "required": False,
                    "description": schema.get("description", ""),
                    "schema": plain,
                }
            )
    return found


def _described(one: Operation, names: dict[Any, Any]) -> dict[str, Any]:
    if isinstance(one.answer, File):
        content = {one.answer.media: {"schema": {"type": "string", "format": "binary"}}}
    else:
        content = {"application/json": {"schema": names[one.answer, "serialization"]}}
    answers: dict[str, Any] = {str(one.status): {"description": "What was asked for.", "content": content}}
    if one.method == "GET" and not isinstance(one.answer, File):
        answers["304"] = {
            "description": "Nothing has changed since the answer with this ETag (If-None-Match)."
        }
    refused = ["401", "404", "429"]
    if one.query is not None or one.body is not None:
        refused.append("422")
    if one.refuses:
        refused.append("409")
    for status in sorted(refused):
        answers[status] = {
            "description": REFUSED[status],
            "content": {TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    found: dict[str, Any] = {
        "operationId": one.name,
        "summary": one.summary,
        "tags": [one.tag],
        "parameters": parameters(one),
        "responses": answers,
    }
    if one.remark:
        found["description"] = one.remark
    if one.body is not None:
        schema = names[one.body, "validation"]
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return found


def _is_model(given: Any) -> bool:
    return isinstance(given, type) and issubclass(given, BaseModel)


def _answers(model: type[BaseModel], found: list[Operation]) -> bool:
    return any(one.answer is model for one in found)
