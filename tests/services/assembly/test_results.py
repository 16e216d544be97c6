"""The results document: its schema, its order, its bytes (CONTRACTS 6)."""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from app.services.assembly.results import counts, results_document, write_json

from .runs import edited, estimates, run, scored, write_csv

DOCS = Path(__file__).parents[3] / "docs"
SCHEMA = json.loads((DOCS / "schemas" / "results-1.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)


def people(count, places=("a", "b", "c"), seed=1):
    """Rows as they come: most answer, some not, in places of unlike size."""
    draw = random.Random(seed)
    for k in range(count):
        place = places[0] if k < 2 else draw.choice(places)
        yield {
            "place": place,
            "sex": draw.choice(["f", "m", ""]),
            "day": f"{place}{draw.randrange(12)}",
            "w": f"{draw.uniform(0.5, 3):.3f}",
            "N": "400",
            "visited": draw.choice(["yes", "yes", "yes", "no"]),
            **{item: draw.choice(["5", "4", "3", "2", "1", "na", ""]) for item in ("q1", "q2", "q3", "q4")},
        }


ROWS = [*people(200), *people(6, ["tiny"], 2), *people(20, ["small"], 3), *people(27, ["little"], 4)]
RUNS = {
    "probability": {"by": ("place", "sex", "place*sex"), "weight": "w", "wave_kind": "probability"},
    "clusters": {"by": "place", "stratum": "place", "cluster": ("day",), "fpc": ("N",), "weight": "w"},
    "census": {"by": "place", "stratum": "place", "fpc": ("N",), "wave_kind": "census"},
    "volunteers": {"by": "place"},
    "volunteers by day": {"by": "place", "cluster": ("day",), "wave_kind": "volunteer"},
    "all shown": {"by": "place", "threshold": 0, "level": 0.9},
    "lonely": {"by": "place", "stratum": "day", "lonely_psu": "average", "threshold": 0},
}


def document(folder, rows, *args, **options):
    return json.loads(write_json(results_document(scored(folder, rows, *args, **options))))


def faults(found):
    return [f"{list(error.absolute_path)}: {error.message}" for error in VALIDATOR.iter_errors(found)]


def test_the_schema_is_itself_valid():
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("kind", RUNS)
def test_a_document_keeps_the_schema(tmp_path, kind):
    assert faults(document(tmp_path, ROWS, **RUNS[kind])) == []


def test_the_runs_above_show_every_flag(tmp_path):
    same = [{"q1": "5", "q2": "5", "q3": "1", "place": "same"}] * 30
    unanswered = [{"q1": "5", "q2": "5", "q3": "na", "place": "unanswered"}] * 30
    alone = [{"place": "alone", "day": "d1", "q1": str(1 + k % 5)} for k in range(40)]
    rows = [
        row | {"day": row.get("day", f"x{k % 5}")}
        for k, row in enumerate([*ROWS, *same, *unanswered, *alone])
    ]
    found = document(tmp_path, rows, by="place", cluster=("day",))
    assert faults(found) == []
    flags = {word for one in found["estimates"] for word in (one["flag"] or "").split()}
    assert flags == {"suppressed", "undefined", "small", "not_estimable", "no_variation"}


@pytest.mark.parametrize(
    "change",
    [
        {"value": 101},
        {"value": None},
        {"std_error": -1},
        {"low": None},
        {"n": 29},
        {"n_psu": None},
        {"df": 1.5},
        {"flag": "suppressed"},
        {"flag": "tiny"},
        {"flag": "small", "flag_reason": "Small."},
        {"flag": "no_variation", "flag_reason": "None."},
        {"measure": "mean"},
        {"node": "pooled.staff"},
        {"by": "place"},
        {"label": "Everyone"},
        {"extra": 1},
        {"interval_method": "none"},
    ],
)
def test_the_schema_refuses_what_the_contract_forbids(tmp_path, change):
    found = document(tmp_path, ROWS, wave_kind="probability")
    assert faults(found) == []
    found["estimates"][0] |= change
    assert faults(found)


def test_keys_stand_in_the_order_of_the_contract(tmp_path):
    found = document(tmp_path, [{}])
    assert list(found) == SCHEMA["required"]
    assert list(found["estimates"][0]) == SCHEMA["$defs"]["estimate"]["required"]


def test_the_same_file_and_options_give_the_same_bytes(tmp_path):
    path = write_csv(tmp_path / "responses.csv", ROWS)
    options = RUNS["clusters"]
    first, second = (write_json(results_document(run(path, **options))) for _ in range(2))
    assert first == second


def test_floats_have_at_most_twelve_significant_digits(tmp_path):
    found = document(tmp_path, ROWS, **RUNS["clusters"])
    floats = [number for one in found["estimates"] for number in one.values() if isinstance(number, float)]
    assert len(floats) > 100
    assert all(number == float(f"{number:.12g}") for number in floats)


def test_no_number_is_nan_or_infinite_or_a_negative_zero(tmp_path):
    text = write_json(results_document(scored(tmp_path, ROWS, by="place", threshold=0)))
    assert "NaN" not in text
    assert "Infinity" not in text
    assert "-0.0" not in text.replace("-0.0e", "")


def test_rows_and_missing_answers_are_counted(tmp_path):
    rows = [{"place": "a"}, {"place": "", "q1": "na"}, {"place": "a", "q1": ""}, {"visited": "no", "q1": "5"}]
    found = counts(scored(tmp_path, rows, by="place", threshold=0))
    assert (found["rows_read"], found["rows_used"]) == (4, 4)
    assert found["rows_in_no_domain"] == {"place": 2}
    assert found["missing"]["q1"] == {"not_applicable": 1, "no_answer": 1, "contradiction": 1}


def test_missing_answers_of_an_item_that_is_hidden_are_not_counted(tmp_path):
    """With the rows read they would give away how many answered."""
    found = counts(scored(tmp_path, [{"place": "a"}, {"place": "a", "q1": ""}]))
    assert found["rows_read"] == 2
    assert "q1" not in found["missing"]


def test_a_document_names_what_it_was_made_of(tmp_path):
    found = scored(tmp_path, [{"w": "1"}], weight="w")
    made = results_document(found)
    assert (made["instrument"], made["version"]) == ("counter", 1)
    data = (tmp_path / "responses.csv").read_bytes()
    assert made["snapshot_sha256"] == hashlib.sha256(data).hexdigest()


def test_the_hash_of_the_design_follows_the_design_alone(tmp_path):
    rows = [{"w": "1", "v": "2"}]
    hashes = [
        scored(tmp_path, rows, **options).manifest["design_sha256"]
        for options in ({"weight": "w"}, {"weight": "w", "level": 0.9}, {"weight": "v"})
    ]
    assert hashes[0] == hashes[1] != hashes[2]


def test_the_hash_of_the_instrument_follows_its_wording(tmp_path):
    hashes = [
        scored(tmp_path, [{}], instrument).manifest["instrument_sha256"]
        for instrument in (None, edited(("{en: Polite,", "{en: Friendly,")))
    ]
    assert hashes[0] != hashes[1]


def test_a_measured_figure_is_the_one_that_rows_give_by_hand(tmp_path):
    rows = [row for row in ROWS if row["visited"] == "yes" and row["q1"] in set("12345")]
    weights = [float(row["w"]) for row in rows]
    satisfied = sum(w for w, row in zip(weights, rows, strict=True) if row["q1"] in "45")
    found = estimates(scored(tmp_path, ROWS, weight="w"))[None, "q1", "top_box"]
    assert found["n"] == len(rows)
    assert found["value"] == pytest.approx(100 * satisfied / sum(weights), rel=1e-11)


def test_the_page_on_the_document_shows_an_estimate_that_keeps_the_schema_and_explains_every_flag():
    page = (DOCS / "results-document.md").read_text(encoding="utf-8")
    example = json.loads(page.partition("```json")[2].partition("```")[0])
    found = Draft202012Validator(SCHEMA["$defs"]["estimate"]).iter_errors(example)
    assert [error.message for error in found] == []
    flags = ("suppressed", "undefined", "small", "indicative", "not_estimable", "no_variation")
    assert all(f"| `{flag}` |" in page for flag in flags)
