"""The JSON Schema and the page on the format say what the models say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from surveys import instrument
from surveys.instrument import Index, Instrument, Item, Node, Option, Scale, Section
from surveys.loading import loads
from surveys.reading import TYPED

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "instrument-format.md").read_text(encoding="utf-8")
PARTS = (Instrument, Scale, Option, Section, Item, Node, Index)


def test_the_schema_file_is_what_the_models_give():
    written = subprocess.run(
        [sys.executable, "-m", "surveys.instrument"], cwd=ROOT, capture_output=True, check=True
    )

    assert (ROOT / "surveys" / "instrument.schema.json").read_bytes() == written.stdout, (
        "Run: python -m surveys.instrument > surveys/instrument.schema.json"
    )


@pytest.mark.parametrize("part", PARTS)
def test_every_key_has_a_description_for_editors(part):
    assert [name for name, field in part.model_fields.items() if not field.description] == []


@pytest.mark.parametrize("part", PARTS)
def test_every_key_is_explained_on_the_page_of_the_format(part):
    assert [name for name in part.model_fields if f"| `{name}` |" not in PAGE] == []


def test_every_listed_word_is_on_the_page_of_the_format():
    lists = list(_enums(instrument.json_schema()))
    assert len(lists) > 8
    assert {word for words in lists for word in words if f"`{word}`" not in PAGE} == set()


def test_the_example_on_the_page_of_the_format_is_a_right_instrument():
    example = PAGE.split("```yaml\n")[1].split("```")[0]

    assert loads(example, "example.yaml").identity == "counter@1"


def test_the_keys_that_hold_numbers_or_truth_are_those_of_the_schema():
    assert _typed(instrument.json_schema()) == TYPED


def _enums(schema):
    if isinstance(schema, dict):
        if "enum" in schema:
            yield schema["enum"]
        for value in schema.values():
            yield from _enums(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _enums(value)


def _typed(schema):
    """Names of the properties whose values are numbers, or true and false, but never text."""
    parts = [schema, *schema["$defs"].values()]
    found = set()
    for part in parts:
        for name, rule in part["properties"].items():
            types = {one.get("type") for one in rule.get("anyOf", [rule])} - {"null"}
            if types & {"number", "integer", "boolean"} and "string" not in types:
                found.add(name)
    return found
