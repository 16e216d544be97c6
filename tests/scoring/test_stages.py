"""Several stages: by hand, against R, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from scoring import SurveyDesign, estimate
from scoring.engines import arrays
from scoring.errors import DesignError, LonelyPSUError, LonelyUnitError
from tests.scoring.small import NO, Scored
from tests.scoring.staged import ESTIMATES, EXPECTED, PLAN, design, rows, totals_by

# R prints 15 digits and works in doubles; what remains is the order of summation.
RTOL = 1e-9

# Two of four communes, in each two of ten households of two people each: p = 50, z = (s - 50) / 8.
SCORES = [[100, 100, 100, 0, 0, 0, 100, 0]]
PSU, SSU = list("11112222"), list("aabbaabb")
# Households: A1 12.5, A2 0, B1 -12.5, B2 0; communes 12.5, -12.5.
FIRST = (1 - 2 / 4) * 2 * (12.5**2 + 12.5**2)
SECOND = (2 / 4) * (1 - 2 / 10) * 2 * 2 * (6.25**2 + 6.25**2)
# People: only A2 and B2 differ inside, by 6.25 from their mean; two of five there, two households of ten above.
THIRD = (2 / 4) * (2 / 10) * (1 - 2 / 5) * 2 * 2 * (6.25**2 + 6.25**2)


def variance(**given) -> float:
    return Scored(SCORES, **given).estimate().std_error[0, 0] ** 2


def test_two_stages_by_hand():
    found = variance(clusters=(PSU, SSU), fpc=([4] * 8, [10] * 8))
    np.testing.assert_allclose(found, FIRST + SECOND, rtol=1e-13)


def test_three_stages_by_hand():
    found = variance(clusters=(PSU, SSU), fpc=([4] * 8, [10] * 8, [5] * 8))
    np.testing.assert_allclose(found, FIRST + SECOND + THIRD, rtol=1e-13)


def test_people_drawn_within_communes_are_a_second_stage():
    # Four of twenty: z = ±6.25, mean 3.125 in the first, -3.125 in the second.
    spread = 3 * 3.125**2 + 9.375**2
    second = 2 / 4 * (1 - 4 / 20) * 4 / 3 * 2 * spread
    found = variance(clusters=(PSU,), fpc=([4] * 8, [20] * 8))
    np.testing.assert_allclose(found, FIRST + second, rtol=1e-13)
    by_label = variance(clusters=(PSU, list("abcdefgh")), fpc=([4] * 8, [20] * 8))
    np.testing.assert_allclose(by_label, FIRST + second, rtol=1e-13)


def test_a_census_of_communes_leaves_what_varies_inside():
    found = variance(clusters=(PSU, SSU), fpc=([2] * 8, [10] * 8))
    np.testing.assert_allclose(found, 2 * SECOND, rtol=1e-13)


def test_a_census_of_both_stages_leaves_nothing():
    assert variance(clusters=(PSU, SSU), fpc=([2] * 8, [2] * 8)) == 0


@pytest.mark.parametrize(
    "given",
    [
        {"clusters": (PSU, SSU)},
        {"clusters": (PSU, SSU), "fpc": ([4] * 8,)},
    ],
)
def test_a_stage_without_counts_adds_nothing_of_its_own(given):
    np.testing.assert_allclose(
        variance(**given), variance(clusters=(PSU,), fpc=given.get("fpc", ())), rtol=1e-15
    )


@pytest.mark.parametrize("name", ["three_stages", "two_stages", "one_stage", "replaced"])
@pytest.mark.parametrize("by", [None, "sex", "kind", "province", "fx"])
def test_values_and_standard_errors_equal_r(name, by):
    of = design(name)
    totals = totals_by(of, by)
    found, expected = estimate(totals, PLAN, of), EXPECTED["designs"][name]
    for d, domain in enumerate(totals.partition.domains):
        for e, figure in zip(ESTIMATES, ("q1", "pooled"), strict=True):
            k = EXPECTED["names"].index(f"{domain or 'whole'}:{figure}")
            np.testing.assert_allclose(found.value[d, e], expected["value"][k], rtol=RTOL)
            np.testing.assert_allclose(found.std_error[d, e] ** 2, expected["covariance"][k][k], rtol=RTOL)


@pytest.mark.parametrize("block", [1, 7, 64])
def test_the_size_of_blocks_does_not_show(monkeypatch, block):
    of = design("three_stages")
    whole = totals_by(of, "sex")
    monkeypatch.setattr(arrays, "BLOCK", block)
    again = totals_by(of, "sex")
    np.testing.assert_allclose(again.inner, whole.inner, rtol=1e-11, atol=1e-6)
    np.testing.assert_allclose(again.cross, whole.cross, rtol=1e-11, atol=1e-6)


def test_the_same_rows_give_the_same_bits():
    of = design("three_stages")
    one, other = totals_by(of, "sex"), totals_by(of, "sex")
    assert one.inner.tobytes() == other.inner.tobytes()
    assert one.cross.tobytes() == other.cross.tobytes()


def test_the_order_of_rows_and_the_names_of_units_do_not_matter():
    order = np.random.default_rng(7).permutation(8)
    given = {"clusters": (PSU, SSU), "fpc": ([4] * 8, [10] * 8, [5] * 8)}
    one = Scored(SCORES, weight=np.arange(1, 9.0), **given)
    other = Scored(
        np.array(SCORES)[:, order],
        weight=np.arange(1, 9.0)[order],
        clusters=([f"commune {PSU[i]}" for i in order], [{"a": "z", "b": "x"}[SSU[i]] for i in order]),
        fpc=given["fpc"],
    )
    np.testing.assert_allclose(other.estimate().std_error, one.estimate().std_error, rtol=1e-13)


@pytest.mark.parametrize("scale", [1e-6, 1e8])
def test_the_scale_of_weights_changes_nothing(scale):
    plain = totals_by(one := design("three_stages"), "sex")
    scaled = totals_by(other := design("three_stages", scale=scale), "sex")
    np.testing.assert_allclose(
        estimate(scaled, PLAN, other).std_error, estimate(plain, PLAN, one).std_error, rtol=1e-12
    )


def test_a_constant_item_has_no_variance_at_any_stage():
    given = {"clusters": (PSU, SSU), "fpc": ([4] * 8, [10] * 8, [5] * 8)}
    found = Scored([[75] * 8], weight=np.arange(1, 9) * 1e7, **given).estimate()
    assert found.std_error[0, 0] == 0


def test_an_empty_domain_is_undefined_and_changes_nothing():
    given = {"clusters": (PSU, SSU), "fpc": ([4] * 8, [10] * 8)}
    found = Scored([[*SCORES[0][:6], NO, NO]], **given).estimate([*"xxxxxx", "y", "y"])
    assert np.isnan(found.value[1, 0])
    assert found.std_error[0, 0] > 0


def test_units_are_counted_within_their_stratum_and_psu():
    # PSU 1 and village a stand in both strata: four villages in all.
    of = SurveyDesign(
        8,
        stratum=list("AAAABBBB"),
        clusters=(list("11221122"), list("abababab")),
        fpc=([9] * 8, [6] * 8),
    )
    (stage,) = of.inner
    assert stage.group.tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    np.testing.assert_allclose(stage.factor, 2 / 9 * (1 - 2 / 6) * 2)
    assert stage.rows_are_units


ONE = {"clusters": (PSU, list("aabbaaaa")), "fpc": ([4] * 8, [10] * 8)}


def test_a_psu_of_one_unit_is_refused_by_default():
    with pytest.raises(LonelyUnitError, match="1 PSU has only one sampled unit at stage 2 \\(2\\)") as caught:
        variance(**ONE)
    assert isinstance(caught.value, LonelyPSUError)
    with pytest.raises(LonelyUnitError, match="average is for strata"):
        variance(**ONE, lonely_psu="average")


def test_a_psu_of_one_unit_out_of_one_is_no_problem():
    found = variance(clusters=ONE["clusters"], fpc=([4] * 8, [10, 10, 10, 10, 1, 1, 1, 1]))
    np.testing.assert_allclose(found, FIRST + SECOND / 2, rtol=1e-13)


def test_certainty_adds_nothing_and_adjust_the_square_of_the_unit():
    np.testing.assert_allclose(variance(**ONE, lonely_psu="certainty"), FIRST + SECOND / 2, rtol=1e-13)
    own = 2 / 4 * (1 - 1 / 10) * 12.5**2
    np.testing.assert_allclose(variance(**ONE, lonely_psu="adjust"), FIRST + SECOND / 2 + own, rtol=1e-13)


def test_a_domain_outside_needs_no_rule():
    # In the third commune household c has one person out of two.
    scored = Scored(
        [[100, 0, 100, 0, 50, 0, 75, 0, 100, 0, 50]],
        clusters=(list("11112222333"), list("aabbaabbaac")),
        fpc=([9] * 11, [6] * 11, [2] * 11),
    )
    with pytest.raises(LonelyUnitError, match="at stage 3 \\(3\\)"):
        scored.estimate()
    assert scored.estimate([*"xxxxxxxx", "", "", ""]).std_error[0, 0] > 0


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"fpc": ([9] * 4, [9] * 4)}, "one of the rows; given: 2"),
        (
            {"clusters": ([1, 1, 2, 2],), "fpc": ([9] * 4, [9] * 4, [9] * 4)},
            "1, and one of the rows; given: 3",
        ),
        (
            {"clusters": ([1, 1, 2, 2], [1, 2, 3, 4]), "fpc": ([9] * 4, [5, 6, 5, 5])},
            "one population count per PSU; it varies within 1",
        ),
        (
            {"clusters": ([1, 1, 2, 2], [1, 2, 3, 4]), "fpc": ([9] * 4, [5, 5, 1, 1])},
            "PSU '2' has 2 sampled units and a count of 1",
        ),
        (
            {"clusters": ([1, 1, 2, 2], [1, 2, 3, 4]), "fpc": ([9] * 4, [5, np.nan, 5, 5])},
            r"no number in 1 rows \(rows 2\): give each row the population count of its PSU",
        ),
        (
            {
                "stratum": list("abab"),
                "clusters": ([1] * 4, [1, 1, 1, 1]),
                "fpc": ([9] * 4, [2] * 4, [1] * 4),
            },
            "second-stage unit 'a/1/1' has 2 sampled units and a count of 1, and 1 more units alike",
        ),
        (
            {"clusters": ([1, 1, 2, 2], [1, "", 3, None]), "fpc": ([9] * 4, [5] * 4)},
            r"`clusters\[1\]` is empty in 2 rows \(rows 2, 4\)",
        ),
        ({"clusters": ([1, 1, 2, 2], [1, 2, 3])}, r"`clusters\[1\]` must have one value per row"),
    ],
)
def test_what_no_design_can_have_is_refused(given, message):
    with pytest.raises(DesignError, match=message):
        SurveyDesign(4, **given)


def test_fractions_are_no_counts():
    with pytest.raises(DesignError, match="must be a population count"):
        SurveyDesign(4, clusters=([1, 1, 2, 2],), fpc=([0.5] * 4, [0.1] * 4))


def test_rows_of_the_reference_are_as_many_as_r_had():
    assert len(rows()["row"]) == 139
