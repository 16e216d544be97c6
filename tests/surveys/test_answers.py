from __future__ import annotations

import hashlib

import pytest

from surveys.answers import MISSING_KINDS, canonical, sha256
from tests.surveys.instruments import right


def test_canonical_answers_name_the_instrument_and_every_answer():
    answers = {"q1": ("tv", "web")}

    assert canonical(right("multi"), answers) == '{"instrument":"tiny@1","answers":{"q1":["tv","web"]}}'


def test_the_hash_is_that_of_the_canonical_text():
    text = '{"instrument":"tiny@1","answers":{"q1":"Tốt"}}'

    assert sha256(right("minimal"), {"q1": "Tốt"}) == hashlib.sha256(text.encode()).hexdigest()


def test_the_order_in_which_answers_came_does_not_count():
    instrument = right("shared_scale")

    assert sha256(instrument, {"q1": "3", "q2": "1"}) == sha256(instrument, {"q2": "1", "q1": "3"})
    assert sha256(right("multi"), {"q1": ("web", "tv")}) == sha256(right("multi"), {"q1": ("tv", "web")})


def test_other_answers_have_another_hash():
    instrument = right("shared_scale")
    hashes = {sha256(instrument, answers) for answers in ({}, {"q1": "3"}, {"q1": "1"}, {"q2": "3"})}

    assert len(hashes) == 4


def test_letters_composed_otherwise_are_the_same_answer():
    assert sha256(right("minimal"), {"q1": "e\u0301"}) == sha256(right("minimal"), {"q1": "\u00e9"})


def test_an_item_of_another_instrument_is_refused_by_name():
    with pytest.raises(ValueError, match=r"tiny@1 does not have: q8, q9\.$"):
        canonical(right("minimal"), {"q9": "x", "q1": "y", "q8": "z"})


def test_a_multi_answer_that_is_no_option_is_refused():
    with pytest.raises(ValueError, match="item q1"):
        canonical(right("multi"), {"q1": ("tv", "radio")})


def test_the_missing_kinds_are_a_closed_list():
    assert MISSING_KINDS == ("not_applicable", "dont_know", "refused", "not_asked", "no_answer")
