"""Every tiny right instrument is named for its one feature, which is looked at here."""

from __future__ import annotations

import json
from collections.abc import Callable

import jsonschema
import pytest

from surveys.instrument import Instrument, json_schema
from surveys.reading import read
from tests.surveys.instruments import RIGHT, WRONG, right

FEATURES: dict[str, Callable[[Instrument], object]] = {
    "minimal": lambda it: [item.code for item in it.items] == ["q1"],
    "own_options": lambda it: [option.value for option in it.options(it.item("q1"))] == [1, 0],
    "shared_scale": lambda it: it.options(it.item("q1")) is it.options(it.item("q2")),
    "options_without_values": lambda it: not any(option.value for option in it.items[0].options),
    "missing_options": lambda it: (
        [option.missing for option in it.items[0].options]
        == [None, None, "not_applicable", "dont_know", "refused"]
    ),
    "numbers_as_codes": lambda it: (
        [(option.code, option.label["en"]) for option in it.items[0].options]
        == [("01", "First"), ("10", "10"), ("-99", "Elsewhere")]
    ),
    "no_is_text": lambda it: [option.code for option in it.items[0].options] == ["yes", "no"],
    "composed_text": lambda it: it.title["vi"] == "Kh\u1ea3o s\u00e1t",
    "two_languages": lambda it: it.languages == ("vi", "en") and set(it.title) == {"vi", "en"},
    "folded_text": lambda it: it.introduction == {"en": "The first line and the second."},
    "aliases": lambda it: it.item("q1").options == it.item("q2").options,
    "merged_keys": lambda it: it.item("q2").required and it.item("q2").text == {"en": "Was it fair?"},
    "multi": lambda it: it.items[0].type == "multi",
    "multi_at_most": lambda it: it.items[0].max == 2,
    "number_at_most": lambda it: it.items[0].max == 120,
    "date": lambda it: it.items[0].type == "date",
    "text_at_most": lambda it: it.items[0].max == 10,
    "required": lambda it: it.items[0].required,
    "reversed": lambda it: it.items[0].reverse,
    "annotated": lambda it: (it.items[0].clause, it.items[0].wording) == ("7.1", "official"),
    "show_if_item": lambda it: it.item("reason").show_if,
    "show_if_section": lambda it: it.sections[1].show_if,
    "show_if_multi": lambda it: it.item("q2").show_if == "'other' in q1",
    "index_pooled": lambda it: (
        [(path, node.score, node.aggregate) for _, path, node in it.walk()]
        == [
            ("service", "top_box", "pooled_answers"),
            ("service.speed", "top_box", "pooled_answers"),
            ("service.manner", "top_box", "pooled_answers"),
        ]
    ),
    "index_mean_of_items": lambda it: it.indices[0].items == ("q1", "q2", "q3"),
    "index_mean_of_children": lambda it: [node.coefficient for node in it.indices[0].children] == [2, 0.5],
    "index_respondent_mean": lambda it: [node.min_answered for _, _, node in it.walk()] == [0.5, 0.5, 1],
    "index_points": lambda it: (it.indices[0].points, it.items[0].max) == (10, 3),
    "index_satisfied": lambda it: (
        [(path, node.satisfied) for _, path, node in it.walk()]
        == [
            ("satisfied", ()),
            ("complete", ("3",)),
            ("complete.good", ("3",)),
            ("complete.fair", ("3",)),
        ]
    ),
    "rated_agency": lambda it: [item.agencies for item in it.items] == ["others", "all"],
    "two_indices": lambda it: [index.code for index in it.indices] == ["satisfied", "average"],
}


def test_every_right_instrument_has_its_feature_looked_at():
    assert set(RIGHT) == set(FEATURES)


@pytest.mark.parametrize("name", FEATURES)
def test_a_right_instrument_loads_with_its_feature(name):
    assert FEATURES[name](right(name))


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_instrument_passes_the_json_schema(name):
    jsonschema.validate(read(RIGHT[name].read_text(encoding="utf-8")).data, json_schema())


SHAPES = [
    stem
    for stem in WRONG
    if stem.startswith(("unknown_key", "missing_key", "not_", "bad_", "empty_", "text_too", "out_of"))
    # Blanks alone are text to a JSON Schema; a key that is no word is gone before it could be checked.
    and stem not in ("empty_text_quoted", "not_a_key")
]


@pytest.mark.parametrize("stem", SHAPES)
def test_what_is_misshapen_fails_the_json_schema_too(stem):
    data = read(WRONG[stem].read_text(encoding="utf-8")).data

    assert not jsonschema.Draft202012Validator(json_schema()).is_valid(json.loads(json.dumps(data)))
