from __future__ import annotations

import pytest

from surveys.codebook import Variable, cells, variables
from tests.surveys.instruments import RIGHT, right


def test_every_item_is_one_column_and_a_multi_item_one_per_option():
    assert variables(right("show_if_multi")) == (
        Variable("q1__tv", "q1", "multi", ("1", "0"), "tv"),
        Variable("q1__other", "q1", "multi", ("1", "0"), "other"),
        Variable("q2", "q2", "text"),
    )


def test_a_choice_names_the_codes_it_may_hold():
    (variable,) = variables(right("missing_options"))

    assert variable == Variable("q1", "q1", "choice", ("quick", "slow", "na", "dk", "no"))


def test_a_response_has_a_cell_in_every_column_in_their_order():
    instrument = right("show_if_multi")

    found = cells(instrument, {"q1": ("other",), "q2": "A friend"})

    assert found == {"q1__tv": ("0", None), "q1__other": ("1", None), "q2": ("A friend", None)}
    assert list(found) == [variable.column for variable in variables(instrument)]


@pytest.mark.parametrize("name", RIGHT)
def test_cells_and_variables_have_the_same_columns(name):
    instrument = right(name)

    assert list(cells(instrument, {})) == [variable.column for variable in variables(instrument)]


def test_a_blank_is_no_answer():
    assert cells(right("minimal"), {}) == {"q1": (None, "no_answer")}
    assert cells(right("multi"), {})["q1__tv"] == (None, "no_answer")


def test_a_hidden_item_is_not_asked():
    assert cells(right("show_if_item"), {"visited": "yes"})["reason"] == (None, "not_asked")
    assert cells(right("show_if_multi"), {"q1": ("tv",)})["q2"] == (None, "not_asked")


def test_an_answer_to_a_hidden_item_keeps_its_code():
    assert cells(right("show_if_item"), {"visited": "yes", "reason": "far"})["reason"] == ("far", "not_asked")


@pytest.mark.parametrize(("code", "kind"), [("na", "not_applicable"), ("dk", "dont_know"), ("no", "refused")])
def test_an_option_that_stands_for_a_missing_answer_keeps_its_code(code, kind):
    assert cells(right("missing_options"), {"q1": code}) == {"q1": (code, kind)}


def test_a_missing_option_of_a_multi_item_is_missing_in_all_its_columns():
    assert cells(right("multi"), {"q1": ("none",)}) == {
        "q1__tv": ("0", "not_applicable"),
        "q1__web": ("0", "not_applicable"),
        "q1__none": ("1", "not_applicable"),
    }


@pytest.mark.parametrize(
    ("name", "answers"),
    [
        ("shared_scale", {"q1": "9"}),
        ("shared_scale", {"q1": ("3",)}),
        ("multi", {"q1": ("radio",)}),
        ("multi", {"q1": "tv"}),
    ],
)
def test_answers_that_were_never_validated_are_refused(name, answers):
    with pytest.raises(ValueError, match="Item q1"):
        cells(right(name), answers)
