"""A sample is planned from a wish and drawn from a frame: chances, weights, and the same list from the same seed."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from app.services.assembly.samples import SampleRefused, Unit, Wish, draw, propose

DAYS = tuple(date(2026, 3, 2) + timedelta(days=n) for n in range(20))
FRAME = [
    Unit("a", "north", 100.0),
    Unit("b", "north", 40.0),
    Unit("c", "north", 60.0),
    Unit("d", "south", 20.0),
    Unit("e", "south", 20.0),
    Unit("f", "south", 360.0),
]


def wish(design="days", **changes):
    given = {
        "days": DAYS,
        "margin": 5.0,
        "total": None,
        "per_psu": 20,
        "rho": 0.05,
        "response": 0.5,
        "cost": 2.0,
    }
    return Wish(design, **given | changes)


def test_each_agency_gets_the_days_that_its_margin_needs():
    proposal = propose(FRAME, wish())

    assert proposal.deff == pytest.approx(1 + 19 * 0.05)
    by_code = {one.code: one for one in proposal.strata}
    # n0 = 1.95 * 1.96^2 / 4 / 0.05^2 = 749.1; of 2000 people 545, of 400 people 261.
    assert (by_code["a"].psus, by_code["d"].psus) == (20, 14)
    assert by_code["d"].respondents == 280
    assert by_code["d"].margin == pytest.approx(4.48, abs=0.01)
    assert (by_code["d"].asked, by_code["d"].cost) == (560, 560.0)
    assert proposal.whole.psus == sum(one.psus for one in proposal.strata)


def test_a_total_is_shared_by_volume_and_every_agency_keeps_two_days():
    proposal = propose(FRAME, wish(margin=None, total=600))

    assert sum(one.psus for one in proposal.strata) == 30
    psus = {one.code: one.psus for one in proposal.strata}
    assert min(psus.values()) == 2
    assert psus["f"] > psus["a"] > psus["c"]


def test_a_drawn_days_weights_add_up_to_all_who_are_served():
    proposal = propose(FRAME, wish(margin=None, total=600))
    drawn = draw(proposal, 7)

    assert len(drawn.lines) == len({(one.agency, one.day) for one in drawn.lines}) == 30
    for unit in FRAME:
        mine = [one for one in drawn.lines if one.agency == unit.code]
        weights = sum(20 * one.plan.base_weight for one in mine)
        assert weights == pytest.approx(max(20.0, unit.volume) * len(DAYS))
        assert {one.plan.fpc for one in mine} == {(20,)}
        assert {one.plan.stratum for one in mine} == {unit.code}
        assert all(one.probability == len(mine) / 20 for one in mine)


def test_the_same_seed_gives_the_same_list_and_another_another():
    proposal = propose(FRAME, wish(margin=None, total=600))

    assert draw(proposal, 7) == draw(proposal, 7)
    assert draw(proposal, 7).digest != draw(proposal, 8).digest
    changed = [*FRAME[:-1], Unit("f", "south", 361.0)]
    assert (
        draw(propose(changed, wish(margin=None, total=600)), 7).frame_sha256 != draw(proposal, 7).frame_sha256
    )


@pytest.mark.parametrize(
    ("design", "chances"),
    [
        ("pps", {"a": 1.0, "b": 0.4, "c": 0.6, "d": 0.5, "e": 0.5, "f": 1.0}),
        ("srs", dict.fromkeys("abcdef", 2 / 3)),
    ],
)
def test_agencies_are_drawn_with_the_chance_that_is_told(design, chances):
    proposal = propose(FRAME, wish(design, margin=None, total=80))
    assert [one.psus for one in proposal.strata] == [2, 2]
    found = Counter()
    for seed in range(400):
        for one in draw(proposal, seed).lines:
            assert one.probability == pytest.approx(chances[one.agency])
            found[one.agency] += 1

    for code, chance in chances.items():
        # 400 draws: four standard errors of a share are at most 0.1.
        assert found[code] / 400 == pytest.approx(chance, abs=0.1)


def test_a_certain_agencys_weight_is_the_people_behind_each_answer():
    lines = {one.agency: one for one in draw(propose(FRAME, wish("pps", margin=None, total=80)), 1).lines}

    assert lines["f"].plan.base_weight == pytest.approx(360 * 20 / 20)
    assert (lines["f"].plan.stratum, lines["f"].plan.clusters, lines["f"].plan.fpc) == ("south", ("f",), ())


@pytest.mark.parametrize(
    ("frame", "asked", "sentence"),
    [
        ([], wish(), "No agency"),
        ([Unit("a", "", None)], wish("pps"), "1 agencies, such as a, have no volume"),
        (FRAME, wish(days=DAYS[:1]), "fewer than two days"),
        (FRAME, wish(margin=None, total=10**7), "No sample can be planned so"),
    ],
)
def test_what_cannot_be_planned_is_refused_in_one_sentence(frame, asked, sentence):
    with pytest.raises(SampleRefused, match=sentence):
        propose(frame, asked)
