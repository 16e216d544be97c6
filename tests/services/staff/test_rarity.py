"""No combination of profile answers that is written is rarer than it may be, and nothing is withheld in vain."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from app.services.staff.rarity import withhold

profiles = st.lists(
    st.tuples(*(st.sampled_from(["a", "b", "c", None]) for _ in range(3))), min_size=0, max_size=80
)


@given(profiles, st.integers(1, 6))
def test_every_combination_is_common_enough(rows, least):
    kept = withhold(rows, least)
    for profile, count in Counter(kept).items():
        assert count >= least or profile == (None, None, None)


@given(profiles, st.integers(1, 6))
def test_nothing_is_changed_but_withheld(rows, least):
    for before, after in zip(rows, withhold(rows, least), strict=True):
        assert all(b in (a, None) for a, b in zip(before, after, strict=True))


def test_what_is_common_enough_stays():
    rows = [("a", "x")] * 5 + [("b", "x")] * 6
    assert withhold(rows, 5) == rows


def test_one_rare_person_takes_others_along():
    rows = [("head", "x"), *[("clerk", "x")] * 9, *[("expert", "x")] * 5]
    kept = withhold(rows, 5)
    assert Counter(kept) == {("clerk", "x"): 9, (None, "x"): 6}


def test_too_few_people_lose_every_code():
    assert withhold([("a", "b")] * 4, 5) == [(None, None)] * 4
