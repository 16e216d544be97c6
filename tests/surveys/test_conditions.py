from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.conditions import (
    DEPTH,
    And,
    Comparison,
    Condition,
    ConditionError,
    Not,
    Or,
    parse,
)


def test_a_comparison_holds_for_the_answer_it_names():
    condition = parse("visited == 'yes'")

    assert condition.holds({"visited": "yes"})
    assert not condition.holds({"visited": "no"})


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("a == 'x'", True),
        ('a == "x"', True),
        ("a != 'x'", False),
        ("a != 'y'", True),
        ("a in ['y', 'x']", True),
        ("a in ['y']", False),
        ("n == 5", True),
        ("n != 5", False),
        ("n < 5", False),
        ("n <= 5", True),
        ("n > 4.5", True),
        ("n >= 5.01", False),
        ("n in [4, 5]", True),
        ("n > -3", True),
        ("n == '5'", False),
        ("'tv' in m", True),
        ("'web' in m", False),
        ("7 in m", True),
        ("d < '2026-01-01'", True),
        ("d >= '2026-01-01'", False),
        ("not a == 'x'", False),
        ("not not a == 'x'", True),
        ("a == 'x' and n == 5", True),
        ("a == 'x' and n == 6", False),
        ("a == 'y' or n == 5", True),
        ("a == 'y' or n == 6", False),
    ],
)
def test_each_comparison_and_connective_means_what_it_says(text, holds):
    answers = {"a": "x", "n": "5.0", "m": ("tv", "7"), "d": "2025-12-31"}

    assert parse(text).holds(answers) is holds


def test_and_binds_closer_than_or_and_not_closest():
    x, y, z = (Comparison(item, "==", ("1",)) for item in "xyz")

    assert parse("x == '1' or y == '1' and not z == '1'").root == Or((x, And((y, Not(z)))))
    assert parse("(x == '1' or y == '1') and z == '1'").root == And((Or((x, y)), z))


@pytest.mark.parametrize(
    "text", ["a == 'x'", "a != 'x'", "a < 5", "a >= 5", "a in ['x']", "'x' in a", "a != 5"]
)
def test_a_comparison_is_false_without_an_answer(text):
    assert not parse(text).holds({})


def test_not_holds_without_an_answer():
    assert parse("not a == 'x'").holds({})


def test_a_number_compares_with_an_answer_that_is_no_number_as_false():
    assert not parse("a != 5").holds({"a": "five"})


def test_the_items_it_reads_are_each_named_once_in_order():
    assert parse("b == 'x' or ('y' in a and b == 'z')").items == ("b", "a")


@pytest.mark.parametrize(
    ("text", "position", "reason"),
    [
        ("", 1, "an item code must stand here"),
        ("   ", 4, "an item code must stand here"),
        ("a", 2, "write one of =="),
        ("a = 'x'", 3, "write `==`"),
        ("a == x", 6, "put quotes round a text: 'x'"),
        ("a == 'x", 6, "never closed"),
        ("a == ", 6, "a quoted text or a number"),
        ("a == 1e3", 6, "can't stand"),
        ("a == 12345678901234567890", 6, "15 digits"),
        ("a in 'x'", 6, "write a list"),
        ("a in []", 7, "a quoted text or a number"),
        ("a in ['x'", 10, "close the list"),
        ("a not in ['x']", 3, "not (item in [...])"),
        ("'x' == a", 5, "write `in`"),
        ("'x' in 'y'", 8, "an item code must stand here"),
        ("(a == 'x'", 10, "close the parenthesis"),
        ("a == 'x')", 9, "join comparisons"),
        ("a == 'x' b == 'y'", 10, "join comparisons"),
        ("a == 'x' && b == 'y'", 10, "write `and`"),
        ("a == 'x' and", 13, "an item code must stand here"),
        ("and == 'x'", 1, "an item code must stand here"),
        ("a == 'x' + 1", 10, "`+` can't stand"),
        ("(" * (DEPTH + 1), DEPTH + 1, "within each other"),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_character(text, position, reason):
    with pytest.raises(ConditionError) as refused:
        parse(text)

    assert refused.value.position == position
    assert reason in refused.value.reason


CODES = st.from_regex(r"[a-z][a-z0-9_-]{0,8}", fullmatch=True).filter(
    lambda code: code not in ("and", "or", "not", "in")
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="'\n"), max_size=8)
NUMBERS = st.decimals(-(10**9), 10**9, places=3).map(float)
LITERALS = TEXTS | NUMBERS
COMPARISONS = st.builds(
    Comparison, CODES, st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "contains"]), st.tuples(LITERALS)
) | st.builds(Comparison, CODES, st.just("in"), st.lists(LITERALS, min_size=1, max_size=3).map(tuple))


def connected(inner):
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.builds(Not, inner) | st.builds(And, several) | st.builds(Or, several)


@settings(max_examples=150, deadline=None)
@given(st.recursive(COMPARISONS, connected, max_leaves=8))
def test_a_condition_written_back_is_read_the_same(root):
    condition = Condition(root)

    assert parse(str(condition)) == condition


PIECES = st.sampled_from(
    ["a", "b", "and", "or", "not", "in", "==", "<", "(", ")", "[", "]", ",", "'x'", "'", "1", "-", " ", "é"]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=14).map(" ".join) | st.text(max_size=20))
def test_any_text_is_a_condition_or_refused_within_its_length(text):
    try:
        condition = parse(text)
    except ConditionError as refused:
        assert 1 <= refused.position <= len(text) + 1  # noqa: PT017
    else:
        assert parse(str(condition)) == condition
