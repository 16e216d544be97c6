"""The simulated population: its truth is a count, and a sample of whole days estimates it."""

from __future__ import annotations

import numpy as np
import pytest

from app.demo.population import BLANK, DAYS, SAMPLED_DAYS, draw_population, draw_sample, index_items
from app.demo.provinces import PROVINCES, agencies, places
from surveys import loading, routing

SIPAS = loading.load(loading.shipped()["sipas-2023-1"])


@pytest.fixture(scope="module")
def population():
    return draw_population(SIPAS, places()[:6], 1)


def test_there_are_34_provinces_with_places_below_each():
    rows = agencies()
    assert len(PROVINCES) == 34
    assert sum(row.parent is None for row in rows) == 34
    assert {row.parent for row in rows if row.parent} == {code for code, _ in PROVINCES}


def test_the_same_seed_gives_the_same_people(population):
    again = draw_population(SIPAS, places()[:6], 1)
    other = draw_population(SIPAS, places()[:6], 2)
    assert all(np.array_equal(population.answers[code], again.answers[code]) for code in population.answers)
    assert population.truth() == again.truth() != other.truth()


def test_the_truth_is_satisfied_over_valid_answers_person_by_person(population):
    satisfied = valid = 0
    for person in range(len(population.place)):
        given = population.given(person)
        for code in index_items(SIPAS):
            answer = given.get(code)
            satisfied += answer in ("4", "5")
            valid += answer in ("1", "2", "3", "4", "5")
    assert population.truth() == pytest.approx(100 * satisfied / valid, rel=1e-12)


def test_a_person_answers_only_what_is_asked_and_no_blanks(population):
    for person in range(0, len(population.place), 97):
        given = population.given(person)
        assert set(given) <= routing.asked(SIPAS, given)
        assert all(given.values())
        blank = {code for code, answer in population.answers.items() if answer[person] == BLANK}
        assert not blank & set(given)


def test_a_sample_takes_whole_days_as_many_as_planned(population):
    sample = draw_sample(population, 1)
    for position, code in enumerate(population.places):
        assert len(sample.days[code]) == SAMPLED_DAYS[code[-1]]
        assert max(sample.days[code]) < DAYS
        came = (population.place == position) & np.isin(population.day, sample.days[code])
        assert np.array_equal(
            np.flatnonzero(came), sample.people[population.place[sample.people] == position]
        )
