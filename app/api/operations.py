"""One operation of the API: its address, what it is given and what it answers, and the answer as JSON.

Pydantic models say both, for the answer itself and for its description (`openapi`): they cannot disagree.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any

from flask import Response, request
from pydantic import BaseModel, ValidationError

from app.api.blueprint import blueprint
from app.problem_details import problem

# A number in an address, no larger than the database keeps.
WHOLE = "int(min=1, max=2147483647)"

# What is said of parts of addresses, wherever they stand.
PARTS: dict[str, tuple[dict[str, Any], str, str]] = {
    "agency": ({"type": "string", "minLength": 1, "maxLength": 64}, "Code of an agency.", "north-1"),
    "code": ({"type": "string", "minLength": 1, "maxLength": 64}, "Code of an instrument.", "tiny"),
    "key": ({"type": "string", "pattern": "^[0-9a-f]{32}$"}, "Key of a job.", "0" * 32),
    "name": ({"type": "string", "minLength": 1, "maxLength": 255}, "Name of a file.", "responses.csv"),
    "number": ({"type": "integer", "minimum": 1, "maximum": 2**31 - 1}, "Number of a release.", 1),
    "stem": ({"type": "string", "minLength": 1, "maxLength": 255}, "Name of a workbook.", "whole"),
    "survey": ({"type": "string", "minLength": 1, "maxLength": 64}, "Code of a survey.", "citizens"),
    "version": ({"type": "integer", "minimum": 1, "maximum": 2**31 - 1}, "Version of an instrument.", 1),
    "wave": (
        {"type": "string", "minLength": 1, "maxLength": 64},
        "Code of a wave within its survey.",
        "2026",
    ),
}


@dataclass(frozen=True)
class File:
    """An answer that is a file of this kind."""

    media: str


@dataclass(frozen=True)
class Operation:
    """What the description and the page of operations say of one operation."""

    name: str
    method: str
    rule: str
    tag: str
    summary: str
    remark: str
    answer: type[BaseModel] | File
    status: int
    query: type[BaseModel] | None
    body: type[BaseModel] | None
    refuses: bool


OPERATIONS: list[Operation] = []


def operation(
    method: str,
    rule: str,
    *,
    tag: str,
    answer: type[BaseModel] | File,
    status: int = 200,
    query: type[BaseModel] | None = None,
    body: type[BaseModel] | None = None,
    refuses: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., Response]]:
    """Register a function as the operation of an address.

    It is given the parts of the address, then `query` and `body` as models where there are any, and gives a model, or a
    response where it makes a file or a header. `refuses`: it may say no for how things stand (409). Its docstring is
    what the description says.
    """

    def register(function: Callable[..., Any]) -> Callable[..., Response]:
        summary, _blank, remark = (function.__doc__ or "").strip().partition("\n\n")
        OPERATIONS.append(
            Operation(
                function.__name__,
                method,
                rule,
                tag,
                summary.rstrip("."),
                " ".join(remark.split()),
                answer,
                status,
                query,
                body,
                refuses,
            )
        )

        @wraps(function)
        def view(**parts: Any) -> Response:
            errors: list[dict[str, str]] = []
            if query is not None:
                parts["query"] = _query(query, errors)
            if body is not None:
                parts["body"] = _body(body, errors)
            if errors:
                return problem(422, errors[0]["detail"], errors)
            found = function(**parts)
            return found if isinstance(found, Response) else answered(found, status)

        blueprint.add_url_rule(rule, function.__name__, view, methods=[method])
        return view

    return register


def answered(found: BaseModel, status: int = 200) -> Response:
    """The answer as JSON with a mark of its content: who has it already is told so (304)."""
    text = found.model_dump_json(by_alias=True)
    response = Response(text, status, mimetype="application/json")
    if request.method == "GET" and status == HTTPStatus.OK:
        response.set_etag(hashlib.sha256(text.encode()).hexdigest()[:32])
        # One's own program may keep it, and asks each time whether it still holds.
        response.cache_control.private = True
        response.cache_control.no_cache = True
        response.vary.add("Authorization")
        return response.make_conditional(request)
    response.cache_control.no_store = True
    return response


def _query(model: type[BaseModel], errors: list[dict[str, str]]) -> BaseModel | None:
    given = request.args
    twice = [name for name in given if len(given.getlist(name)) > 1]
    if twice:
        errors.append(_fault(twice[0], f"The parameter `{twice[0][:64]}` may stand once only."))
        return None
    try:
        return model.model_validate(given.to_dict())
    except ValidationError as refused:
        errors.extend(_faults(refused, "parameter"))
        return None


def _body(model: type[BaseModel], errors: list[dict[str, str]]) -> BaseModel | None:
    try:
        given = request.get_json(silent=True)
    except RecursionError:  # brackets in brackets, thousands deep
        given = None
    if not isinstance(given, dict):
        errors.append(_fault("body", "The body must be a JSON object, with Content-Type: application/json."))
        return None
    try:
        return model.model_validate(given, strict=True)
    except ValidationError as refused:
        errors.extend(_faults(refused, "field"))
        return None


def _faults(refused: ValidationError, kind: str) -> list[dict[str, str]]:
    found = []
    for one in refused.errors(include_url=False, include_context=False, include_input=False)[:10]:
        name = ".".join(str(part) for part in one["loc"])[:64] or "body"
        if one["type"] == "extra_forbidden":
            sentence = f"There is no {kind} `{name}` here; see the description of the API."
        else:
            message = one["msg"][0].lower() + one["msg"][1:]
            sentence = f"The {kind} `{name}` is wrong: {message}."
        found.append(_fault(name, sentence))
    return found


def _fault(name: str, sentence: str) -> dict[str, str]:
    return {"name": name[:64], "detail": sentence}
