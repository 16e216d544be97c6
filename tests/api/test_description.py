"""The description of the API: current, complete, valid, and open to everybody."""

from __future__ import annotations

import json
from pathlib import Path

from jsonschema import Draft202012Validator

from app.api import openapi
from app.api.blueprint import blueprint
from tests.auth.person import Person

KEPT = Path(__file__).parents[2] / "docs" / "schemas" / "openapi-1.json"


def test_the_kept_copy_is_current():
    assert KEPT.read_text(encoding="utf-8") == openapi.text(), (
        "The API changed: run `make api-description`, and mind that version 1 only gains fields and operations."
    )


def test_every_address_of_the_api_is_described(app):
    rules = {
        (method, rule.endpoint.removeprefix("api."))
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith(f"{blueprint.name}.")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    described = {
        (method.upper(), one["operationId"])
        for operations in openapi.document()["paths"].values()
        for method, one in operations.items()
    }
    assert rules == described


def test_every_schema_is_valid_and_says_what_it_is():
    for name, schema in openapi.document()["components"]["schemas"].items():
        Draft202012Validator.check_schema(schema)
        assert schema["description"], name
    for operations in openapi.document()["paths"].values():
        for one in operations.values():
            assert one["summary"]
            assert all(each["description"] for each in one["parameters"]), one["operationId"]


def test_it_is_served_to_anyone_and_kept(client):
    with client.get("/api/v1/openapi.json") as response:
        assert json.loads(response.text) == json.loads(openapi.text())
        assert response.cache_control.public
        mark = response.headers["ETag"]
    with client.get("/api/v1/openapi.json", headers={"If-None-Match": mark}) as response:
        assert response.status_code == 304


def test_the_page_names_every_operation_with_an_example(client):
    page = Person(client).get("/api/?lang=en").page
    shown = {heading.get("id") for heading in page.all(".//h3")}
    assert shown == {one.name for one in openapi.operations()}
    examples = [pre.find("code").text for pre in page.all(".//pre")]
    assert all(example.startswith("curl ") and "/api/v1/" in example for example in examples)
    assert not any("{" in example.split("/api/v1/")[1] for example in examples)
