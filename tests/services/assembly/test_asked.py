"""Every branch is evaluated again for each row, whatever the file holds (CONTRACTS 1 and 2)."""

from __future__ import annotations

import pytest

from app.services.assembly.results import counts

from .runs import edited, estimates, scored, value


def missing(found, column):
    return counts(found)["missing"].get(column, {})


def test_an_item_that_was_asked_and_answered_scores(tmp_path):
    found = scored(tmp_path, [{"visited": "yes", "q1": "5"}], threshold=0)
    assert value(found, "q1") == 100
    assert missing(found, "q1") == {}


def test_a_blank_beside_a_branch_not_taken_is_not_asked(tmp_path):
    rows = [{"visited": "no", "q1": ""}, {"visited": "yes", "q1": ""}, {"visited": "yes", "q1": "5"}]
    found = scored(tmp_path, rows, threshold=0)
    assert missing(found, "q1") == {"not_asked": 1, "no_answer": 1}


def test_an_answer_to_an_item_that_was_not_asked_is_a_contradiction_and_does_not_score(tmp_path):
    rows = [{"visited": "no", "q1": "1", "q2": "", "q3": "na", "q4": ""}, {"visited": "yes", "q1": "5"}]
    found = scored(tmp_path, rows, threshold=0)
    assert value(found, "q1") == 100
    assert missing(found, "q1") == {"contradiction": 1}
    assert missing(found, "q3") == {"contradiction": 1}


def test_an_unlisted_code_in_an_item_that_was_not_asked_is_a_contradiction_too(tmp_path):
    found = scored(tmp_path, [{"visited": "no", "q1": "7"}], threshold=0, unknown_codes="missing")
    assert missing(found, "q1") == {"contradiction": 1}


def test_an_open_answer_to_an_item_that_was_not_asked_is_a_contradiction(tmp_path):
    rows = [{"visited": "no", "comment": "slow"}, {"visited": "no", "comment": ""}]
    found = scored(tmp_path, rows, threshold=0)
    assert missing(found, "comment") == {"contradiction": 1, "not_asked": 1}


@pytest.mark.parametrize(("age", "kind"), [("17", "not_asked"), ("17.5", "not_asked"), ("", "not_asked")])
def test_a_number_steers_by_its_value_and_a_blank_makes_a_comparison_false(tmp_path, age, kind):
    found = scored(tmp_path, [{"age": age, "q4": ""}], threshold=0)
    assert missing(found, "q4") == {kind: 1}


@pytest.mark.parametrize("age", ["18", " 18", "18.0", "101"])
def test_a_number_that_satisfies_the_condition_asks_the_item(tmp_path, age):
    assert value(scored(tmp_path, [{"age": age}], threshold=0), "q4", "points") == 20


def test_an_item_hidden_by_its_section_is_hidden_whatever_its_own_condition_says(tmp_path):
    found = scored(tmp_path, [{"visited": "no", "age": "30", "q4": "5"}], threshold=0)
    assert missing(found, "q4") == {"contradiction": 1}


def test_an_answer_that_was_hidden_itself_steers_nothing(tmp_path):
    # q2 is asked only after q1 = 5, and q1 only of visitors: a stray q1 of a non-visitor asks nothing.
    instrument = edited(
        ('''show_if: "not visited == 'no'"''', "introduction: {en: x, vi: x}"),
        (
            "{code: q1, scale: satisfaction, ",
            """{code: q1, show_if: "visited == 'yes'", scale: satisfaction, """,
        ),
        ("{code: q2, scale: satisfaction, ", """{code: q2, show_if: "q1 == 5", scale: satisfaction, """),
    )
    rows = [{"visited": "no", "q1": "5", "q2": "5"}, {"visited": "yes", "q1": "5", "q2": "1"}]
    found = scored(tmp_path, rows, instrument, threshold=0)
    assert missing(found, "q2") == {"contradiction": 1}
    assert value(found, "q2") == 0


def test_a_multi_item_steers_by_what_was_chosen(tmp_path):
    instrument = edited(("not visited == 'no'", "'tv' in heard"))
    chosen = {"heard__tv": "1", "heard__web": "1", "heard__dk": "0"}
    rows = [chosen, chosen | {"heard__tv": "0"}, chosen | {"heard__dk": "1", "heard__tv": "0"}]
    found = scored(tmp_path, rows, instrument, threshold=0)
    assert estimates(found)[None, "q1", "top_box"]["n"] == 1
    assert missing(found, "q1") == {"contradiction": 2}


def test_an_option_not_ticked_beside_a_multi_item_not_asked_is_no_contradiction(tmp_path):
    instrument = edited(
        (
            "- code: heard\n        type: multi",
            "- code: heard\n        show_if: \"sex == 'f'\"\n        type: multi",
        )
    )
    rows = [
        {"sex": "m", "heard__tv": "0", "heard__web": "0"},
        {"sex": "m", "heard__tv": "1", "heard__web": "0"},
        {"sex": "f", "heard__tv": "0", "heard__web": "1"},
    ]
    found = scored(tmp_path, rows, instrument, threshold=0)
    assert missing(found, "heard__tv") == {"not_asked": 1, "contradiction": 1}
    assert missing(found, "heard__web") == {"not_asked": 2}


def test_nobody_is_dropped_for_what_they_were_not_asked(tmp_path):
    found = scored(tmp_path, [{"visited": "no", "q1": "", "q2": "", "q3": "", "q4": ""}] * 3, threshold=0)
    assert counts(found)["rows_used"] == 3
