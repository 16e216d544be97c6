"""Codes in a file become answer states: matched with their scale, blank, or unknown (CONTRACTS 1)."""

from __future__ import annotations

import duckdb
import pytest

from app.services.assembly.results import counts
from app.services.files import FileRefused

from .runs import counter, edited, run, scored, value


def missing(found, column):
    return counts(found)["missing"].get(column, {})


def test_listed_codes_score_and_missing_codes_are_counted_by_kind(tmp_path):
    rows = [{"q1": code} for code in ("5", "4", "2", "na", "")]
    found = scored(tmp_path, rows, threshold=0)
    assert value(found, "q1") == pytest.approx(200 / 3, rel=1e-11)
    assert missing(found, "q1") == {"not_applicable": 1, "no_answer": 1}


def test_blanks_of_any_width_are_no_answer(tmp_path):
    found = scored(tmp_path, [{"q1": "  "}, {"q1": "\t"}, {"q1": ""}, {"q1": "5"}], threshold=0)
    assert missing(found, "q1") == {"no_answer": 3}


@pytest.mark.parametrize("spelling", ["5", "5.0", " 5", "5.", "05", "+5", "5.00 "])
def test_in_a_column_that_is_numeric_throughout_spellings_of_a_number_are_one_code(tmp_path, spelling):
    found = scored(tmp_path, [{"q1": spelling}, {"q1": "1"}, {"q1": ""}], threshold=0)
    assert value(found, "q1") == 50


def test_in_a_column_with_a_text_a_number_must_be_spelled_as_on_the_scale(tmp_path):
    with pytest.raises(
        FileRefused, match=r"item q1: code '5\.0' is not on its scale \(1 answer, first in row 2\)"
    ):
        scored(tmp_path, [{"q1": "5.0"}, {"q1": "na"}])


@pytest.mark.parametrize("text", ["nan", "inf", "1e0", "1_0", "5,0", "٥", "0x5", "--5"])
def test_what_only_a_programming_language_takes_for_a_number_is_no_number(tmp_path, text):
    with pytest.raises(FileRefused, match="is not on its scale"):
        scored(tmp_path, [{"q1": text}, {"q1": "5"}])


def test_a_code_with_decimals_is_matched_by_its_number(tmp_path):
    instrument = edited(("{code: 3, label", "{code: 3.5, label"))
    found = scored(tmp_path, [{"q1": "3.50"}, {"q1": "5"}], instrument, threshold=0)
    assert value(found, "q1") == 50


def test_an_accented_code_is_found_in_either_unicode_form(tmp_path):
    instrument = edited(("{code: f, label", "{code: nữ, label"))
    decomposed = "n" + "u\u031b\u0303"
    found = scored(tmp_path, [{"sex": decomposed}, {"sex": "nữ"}], instrument, threshold=0)
    assert missing(found, "sex") == {}


def test_unknown_codes_stop_the_run_with_item_code_count_and_first_row_of_each(tmp_path):
    rows = [{"q1": "5"}, {"q1": "7", "q2": "x"}, {"q1": "7"}, {"q2": "8"}]
    with pytest.raises(FileRefused) as refused:
        scored(tmp_path, rows)
    lines = str(refused.value).splitlines()
    assert len(lines) == 3
    assert "item q1: code '7' is not on its scale (2 answers, first in row 3)" in lines[0]
    assert "item q2: code '8' is not on its scale (1 answer, first in row 5)" in lines[1]
    assert "item q2: code 'x' is not on its scale (1 answer, first in row 3)" in lines[2]
    assert all("--unknown-codes missing" in line for line in lines)


def test_an_unknown_code_that_is_a_long_text_is_shortened_in_the_message(tmp_path):
    with pytest.raises(FileRefused) as refused:
        scored(tmp_path, [{"q1": "very " * 100}])
    assert len(str(refused.value)) < 300


def test_rows_are_counted_right_below_a_text_of_several_lines(tmp_path):
    rows = [{"comment": 'one\ntwo "three"\n'}, {"q1": "7"}]
    with pytest.raises(FileRefused, match="first in row 3"):
        scored(tmp_path, rows)


def test_unknown_codes_can_count_as_unlisted_and_then_score_nothing(tmp_path):
    rows = [{"q1": "7"}, {"q1": "6"}, {"q1": "5"}]
    found = scored(tmp_path, rows, threshold=0, unknown_codes="missing")
    assert value(found, "q1") == 100
    assert missing(found, "q1") == {"unlisted": 2}


def test_unknown_codes_in_columns_that_are_no_items_are_left_alone(tmp_path):
    assert value(scored(tmp_path, [{"province": "anything"}], threshold=0), "q1") == 100


def test_a_multi_item_is_one_column_per_option(tmp_path):
    rows = [{"heard__tv": "1", "heard__web": "0"}, {"heard__tv": "0", "heard__web": ""}]
    found = scored(tmp_path, rows, threshold=0)
    tv, web = (
        next(k for k, one in enumerate(found.inputs.variables) if one.name == name)
        for name in ("heard__tv", "heard__web")
    )
    assert found.counted[0].counts[tv][0, :2].tolist() == [1, 1]
    assert found.counted[0].counts[web][0, :2].tolist() == [0, 1]
    assert missing(found, "heard__web") == {"no_answer": 1}


def test_a_missing_option_of_a_multi_item_makes_all_its_columns_missing_alike(tmp_path):
    rows = [
        {"heard__tv": "0", "heard__web": "0", "heard__dk": "1"},
        {"heard__tv": "1", "heard__web": "0", "heard__dk": "0"},
    ]
    found = scored(tmp_path, rows, threshold=0)
    for column in ("heard__tv", "heard__web", "heard__dk"):
        assert missing(found, column) == {"dont_know": 1}


def test_parquet_numbers_are_the_codes_they_write(tmp_path):
    path = tmp_path / "responses.parquet"
    with duckdb.connect() as database:
        database.execute(
            f"""COPY (SELECT 'yes' AS visited, 30 AS age, q1, 4 AS q2, 1.0::DOUBLE AS q3, 5 AS q4
                FROM (VALUES (5.0::DOUBLE), (1.0), (NULL), ('nan'::DOUBLE)) AS t(q1)) TO '{path}' (FORMAT parquet)"""
        )
    found = run(path, threshold=0)
    assert value(found, "q1") == 50
    assert missing(found, "q1") == {"no_answer": 2}


def test_columns_that_are_not_scored_may_be_absent(tmp_path):
    found = scored(tmp_path, [{}], threshold=0)
    assert "sex" not in [variable.name for variable in found.inputs.variables]


def test_a_column_that_is_scored_or_steers_must_be_there(tmp_path):
    path = tmp_path / "responses.csv"
    path.write_text("age,q1\n30,5\n", encoding="utf-8")
    with pytest.raises(
        FileRefused, match=r"has no column visited, q2, q3, q4, needed for instrument counter@1"
    ):
        run(path, counter())


def test_open_answers_are_counted_and_never_checked_against_a_scale(tmp_path):
    rows = [{"comment": f"comment {k}"} for k in range(3)] + [{"comment": " "}]
    found = scored(tmp_path, rows, threshold=0)
    assert missing(found, "comment") == {"no_answer": 1}


def test_the_file_may_say_itself_that_an_item_was_not_asked(tmp_path):
    # As a snapshot does for a response to an older version of the instrument.
    rows = [{"q2": "", "q2__missing": "not_asked"}, {"q2": "", "q2__missing": "no_answer"}, {"q2": "5"}]
    found = scored(tmp_path, rows, threshold=0)
    assert missing(found, "q2") == {"not_asked": 1, "no_answer": 1}
