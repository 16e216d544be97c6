"""What blind guessing reaches is counted exactly, and its bound holds for the best of many methods."""

from __future__ import annotations

from collections import Counter
from itertools import permutations

import numpy as np
import pytest

from attacks import chance


@pytest.mark.parametrize(("people", "responses"), [(1, 1), (4, 4), (5, 3), (6, 1), (3, 0)])
def test_coincidences_are_those_of_counting_every_assignment(people, responses):
    every = Counter(
        sum(a == b for a, b in enumerate(given)) for given in permutations(range(people), responses)
    )
    found = chance.coincidences(people, responses)
    assert found == pytest.approx([every[k] / every.total() for k in range(responses + 1)])


def test_a_large_class_gives_one_right_guess_on_average():
    found = chance.coincidences(500, 500)
    assert found @ np.arange(len(found)) == pytest.approx(1)
    assert found[0] == pytest.approx(np.exp(-1))


def test_more_responses_than_people_are_refused():
    with pytest.raises(ValueError, match="at most"):
        chance.coincidences(3, 4)


def test_the_bound_is_exceeded_by_the_best_of_pure_guesses_once_in_a_thousand():
    classes, methods = [(7, 7), (12, 10), (5, 5), (30, 30)], 20
    assert chance.expected(classes) == pytest.approx(3 + 10 / 12)
    bound = chance.bound(classes, methods)
    total = np.ones(1)
    for people, responses in classes:
        total = np.convolve(total, chance.coincidences(people, responses))
    assert methods * total[bound + 1 :].sum() <= 0.001 < methods * total[bound:].sum()


def test_more_methods_have_a_higher_bound():
    classes = [(15, 15)] * 60
    assert chance.bound(classes, 1) < chance.bound(classes, 100)
