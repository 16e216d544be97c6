"""Coverage of the intervals in the demonstration: is the truth inside 95 % of them?

For each seed a population is simulated whose truth is a plain count, a sample of counter-days is drawn from it
as in `hailong demo`, and the index of the whole, of every province and of every place is scored. Every interval
of every seed counts. Run: `make coverage-demo`.
"""

from __future__ import annotations

import sys

import numpy as np
from scipy import stats

from app.demo.population import BLANK, DAYS, SAMPLED_DAYS, Population, Sample, draw_population, draw_sample
from app.demo.provinces import places
from app.services.assembly.measures import measured_plan
from app.services.assembly.states import NO_ANSWER, variables
from scoring import Partition, SurveyDesign, engines, estimate
from surveys import loading

SEEDS = range(1, 21)
LEVEL = 0.95
BOUNDS = 0.999  # the binomial bounds in which the overall coverage must lie


def main() -> int:
    instrument = loading.load(loading.shipped()["sipas-2023-1"])
    covered: dict[str, list[bool]] = {"whole": [], "province": [], "place": []}
    for seed in SEEDS:
        population = draw_population(instrument, places(), seed)
        for level, hits in _covered(population, draw_sample(population, seed)).items():
            covered[level] += hits
    print(
        f"sipas-2023, {len(places())} places, {DAYS} days, seeds {SEEDS[0]} to {SEEDS[-1]}, {LEVEL:.0%} intervals"
    )
    print(f"{'level':<10}{'intervals':>10}{'covered':>10}{'coverage':>10}{'bounds':>18}")
    covered["overall"] = [hit for hits in covered.values() for hit in hits]
    outcome = [_line(level, hits) for level, hits in covered.items()]
    return 0 if outcome[-1] else 1


def _line(level: str, hits: list[bool]) -> bool:
    """Print one level; whether its coverage lies within the binomial bounds."""
    low, high = stats.binom.interval(BOUNDS, len(hits), LEVEL)
    inside = low <= sum(hits) <= high
    print(
        f"{level:<10}{len(hits):>10}{sum(hits):>10}{np.mean(hits):>10.4f}"
        f"{f'{low / len(hits):.4f}-{high / len(hits):.4f}':>18}{'' if inside else '  OUTSIDE'}"
    )
    return inside


def _covered(population: Population, sample: Sample) -> dict[str, list[bool]]:
    people = sample.people
    columns = tuple(v for v in variables(population.instrument) if v.name in population.answers)
    states = np.stack(
        [
            np.where(answer == BLANK, variable.state(NO_ANSWER), answer)
            for variable in columns
            for answer in [population.answers[variable.name][people]]
        ]
    )
    prepared = measured_plan(population.instrument, columns)
    codes = np.array(population.places)
    design = SurveyDesign(
        len(people),
        weight=np.array([DAYS / SAMPLED_DAYS[code[-1]] for code in codes])[population.place[people]],
        stratum=codes[population.place[people]],
        clusters=(population.day[people],),
        fpc=(np.full(len(people), DAYS),),
    )
    levels = {
        "whole": Partition.whole(len(people)),
        "province": Partition.of("province", population.province(people)),
        "place": Partition.of("place", codes[population.place[people]]),
    }
    index = next(e for e, one in enumerate(prepared.measured) if one.kind == "index")
    return {
        level: _hits(population, level, partition, states, prepared.plan, design, index)
        for level, partition in levels.items()
    }


def _hits(population, level, partition, states, plan, design, index) -> list[bool]:
    totals = engines.load("arrays")(states, plan, design, partition, products=False)
    interval = estimate(totals, plan, design).confidence_interval(LEVEL)
    everyone = {
        "whole": lambda code: slice(None),
        "province": lambda code: population.province(slice(None)) == code,
        "place": lambda code: population.place == population.places.index(code),
    }[level]
    return [
        bool(interval.low[d, index] <= population.truth(everyone(code)) <= interval.high[d, index])
        for d, code in enumerate(partition.domains)
    ]


if __name__ == "__main__":
    sys.exit(main())
