"""A simulated population of visitors whose every answer is known, and a sample of counter-days from it.

Everyone who comes to a place on one of the period's days holds an opinion: it is made of the province, the
place, the day, the person and the item. The truth is a plain count over all of them. A sample takes whole days
at each place, drawn without replacement, so that the design is: places are strata, days are PSUs, everyone who
comes on a sampled day answers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surveys import routing
from surveys.instrument import Instrument, Item

DAYS = 64
VISITORS = 5  # a day, on average
SAMPLED_DAYS = {"c": 12, "w": 8, "x": 8}  # by the suffix of the place's code
BLANK = -1


@dataclass(frozen=True, eq=False)
class Population:
    """N visitors.

    `answers[item]` holds positions among the item's options, shape (N,), or BLANK; `chosen[item]` of a multi item
    which options were ticked, shape (N, options).
    """

    instrument: Instrument
    places: tuple[str, ...]
    place: NDArray[np.intp]
    day: NDArray[np.intp]
    answers: dict[str, NDArray[np.intp]]
    chosen: dict[str, NDArray[np.bool_]]

    def given(self, person: int) -> dict[str, str | tuple[str, ...]]:
        """What this person answers, by item: only what the routing asks, and no blanks."""
        answers: dict[str, str | tuple[str, ...]] = {}
        for item in self.instrument.items:
            codes = [option.code for option in self.instrument.options(item)]
            if item.code in self.chosen:
                answers[item.code] = tuple(
                    code for code, chosen in zip(codes, self.chosen[item.code][person], strict=True) if chosen
                )
            elif item.code in self.answers and self.answers[item.code][person] != BLANK:
                answers[item.code] = codes[self.answers[item.code][person]]
        asked = routing.asked(self.instrument, answers)
        return {code: answer for code, answer in answers.items() if answer and code in asked}

    def province(self, person: int | NDArray[np.intp]) -> NDArray[np.str_]:
        """Code of the province of each person."""
        return np.array([code.split("-")[0] for code in self.places])[self.place[person]]

    def truth(self, people: NDArray[np.bool_] | slice = slice(None)) -> float:
        """Satisfied answers in per cent of all valid answers to the index's items: what pooled_answers estimates."""
        satisfied = valid = 0
        for code in index_items(self.instrument):
            item = self.instrument.item(code)
            options, counted = self.instrument.options(item), self.instrument.satisfied(item)
            answer = self.answers[code][people]
            # The last position stands for the blank.
            scored = np.array([option.value is not None for option in options] + [False])
            satisfied += np.count_nonzero(
                np.array([option.code in counted for option in options] + [False])[answer]
            )
            valid += np.count_nonzero(scored[answer])
        return 100 * satisfied / valid


@dataclass(frozen=True, eq=False)
class Sample:
    """The sampled days of each place, sorted; `people` are the positions of everyone who came on one of them."""

    days: dict[str, tuple[int, ...]]
    people: NDArray[np.intp]


def index_items(instrument: Instrument) -> tuple[str, ...]:
    """The items of the first index."""
    first = instrument.indices[0]
    return tuple(code for index, _, node in instrument.walk() if index is first for code in node.items)


def draw_population(instrument: Instrument, places: list[str], seed: int) -> Population:
    """The same seed gives the same people."""
    rng = np.random.default_rng([seed, 1])
    visitors = 1 + rng.poisson(VISITORS - 1, size=(len(places), DAYS))
    place = np.repeat(np.arange(len(places)), visitors.sum(axis=1))
    day = np.repeat(np.tile(np.arange(DAYS), len(places)), visitors.reshape(-1))
    people = len(place)
    provinces = np.unique([code.split("-")[0] for code in places], return_inverse=True)[1].reshape(-1)
    opinion = (
        rng.normal(0, 0.25, provinces.max() + 1)[provinces][place]
        + rng.normal(0, 0.2, len(places))[place]
        + rng.normal(0, 0.25, (len(places), DAYS))[place, day]
        + rng.normal(0, 0.8, people)
    )
    scored = set(index_items(instrument))
    answers = {
        item.code: _rating(rng, instrument, item, opinion)
        if item.code in scored
        else _choice(rng, instrument, item, people)
        for item in instrument.items
        if item.type == "choice"
    }
    chosen = {
        item.code: rng.random((people, len(instrument.options(item)))) < 0.3
        for item in instrument.items
        if item.type == "multi"
    }
    return Population(instrument, tuple(places), place, day, answers, chosen)


def draw_sample(population: Population, seed: int) -> Sample:
    """Simple random sampling of days at every place."""
    rng = np.random.default_rng([seed, 2])
    days = {
        code: tuple(sorted(int(day) for day in rng.choice(DAYS, SAMPLED_DAYS[code[-1]], replace=False)))
        for code in population.places
    }
    sampled = np.zeros((len(population.places), DAYS), dtype=bool)
    for position, code in enumerate(population.places):
        sampled[position, list(days[code])] = True
    return Sample(days, np.flatnonzero(sampled[population.place, population.day]))


def _rating(
    rng: np.random.Generator, instrument: Instrument, item: Item, opinion: NDArray
) -> NDArray[np.intp]:
    """The opinion and the item's own part, cut into the scale's levels; some do not apply, some stay blank."""
    options = instrument.options(item)
    order = np.argsort(
        [np.inf if option.value is None else option.value for option in options], kind="stable"
    )
    levels = sum(option.value is not None for option in options)
    felt = opinion + rng.normal(0.9, 0.25) + rng.normal(0, 0.7, len(opinion))
    cuts = np.linspace(-2.7, 1.2, levels - 1)
    answer = order[np.searchsorted(cuts, felt)]
    missing = [k for k, option in enumerate(options) if option.missing]
    if missing:
        answer = np.where(rng.random(len(opinion)) < rng.uniform(0.02, 0.25), missing[0], answer)
    return np.where(rng.random(len(opinion)) < 0.01, BLANK, answer)


def _choice(rng: np.random.Generator, instrument: Instrument, item: Item, people: int) -> NDArray[np.intp]:
    """Any other item: each option with a probability of its own."""
    options = instrument.options(item)
    answer = rng.choice(len(options), size=people, p=rng.dirichlet(np.full(len(options), 3.0)))
    return np.where(rng.random(people) < 0.02, BLANK, answer)
