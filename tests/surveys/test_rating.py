"""An item answered with an agency: the list is the wave's, and comes in from outside."""

from __future__ import annotations

import pytest

from surveys.codebook import cells, variables
from surveys.rating import Agencies, rated_items
from surveys.routing import asked
from surveys.validation import AnswerProblem, check
from tests.surveys.instruments import right, with_items

RATED = right("rated_agency")
AGENCIES = Agencies(frozenset({"01", "02", "03"}), own="02")


def problems(answers, agencies=AGENCIES):
    return [(one.item, one.code) for one in check(RATED, answers, agencies).problems]


def test_an_agency_of_the_wave_is_an_answer():
    assert check(RATED, {"unit": [" 01 "]}, AGENCIES).answers == {"unit": "01"}


@pytest.mark.parametrize("code", ["1", "99", "Hải Phòng"])
def test_a_code_that_the_wave_does_not_have_is_refused(code):
    assert problems({"unit": [code]}) == [("unit", "not_rateable")]


def test_ones_own_agency_is_refused_where_only_others_are_rated():
    assert problems({"unit": ["02"]}) == [("unit", "not_rateable")]
    assert problems({"unit": ["01"], "anyone": ["02"]}) == []


def test_somebody_of_no_agency_can_rate_all():
    assert problems({"unit": ["02"]}, Agencies(AGENCIES.codes)) == []


def test_without_a_list_no_agency_is_taken():
    assert check(RATED, {"unit": ["01"]}).problems == (AnswerProblem("unit", "type_not_offered"),)


def test_two_agencies_are_one_too_many():
    assert problems({"unit": ["01", "03"]}) == [("unit", "too_many_values")]


def test_a_question_can_hang_on_whether_an_agency_was_chosen():
    assert "anyone" in asked(RATED, {"unit": "01"})
    assert "anyone" not in asked(RATED, {})


def test_the_column_holds_the_agencys_code():
    assert [(one.column, one.options) for one in variables(RATED)] == [("unit", ()), ("anyone", ())]
    assert cells(RATED, {"unit": "01"}) == {"unit": ("01", None), "anyone": (None, "no_answer")}


def test_the_rated_items_are_found():
    assert [item.code for item in rated_items(RATED)] == ["unit", "anyone"]
    assert rated_items(with_items("{code: q1, type: text, text: {en: Why?}}")) == ()
