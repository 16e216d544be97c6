"""What a design is, and what it refuses: each error says what is wrong, in which rows, and what to do."""

from __future__ import annotations

import numpy as np
import pytest

from scoring import SurveyDesign
from scoring.errors import DesignError, ScoringError

NAN, INF = np.nan, np.inf


def refused(**design) -> str:
    with pytest.raises(DesignError) as caught:
        SurveyDesign(4, **design)
    return str(caught.value)


def test_psus_are_counted_within_strata():
    # Label 1 in strata 01 and 02 are two PSUs.
    design = SurveyDesign(
        5, stratum=["01", "01", "01", "02", "02"], clusters=([1, 1, 2, 1, 3],), fpc=([8] * 5,)
    )
    assert design.strata == ("01", "02")
    assert design.n_h.tolist() == [2, 2]
    assert design.psu.tolist() == [0, 0, 1, 2, 3]
    assert design.psu_stratum.tolist() == [0, 0, 1, 1]
    assert design.sampling_fraction.tolist() == [0.25, 0.25]


def test_without_clusters_every_row_is_its_own_psu():
    design = SurveyDesign(3, stratum=["a", "a", "b"])
    assert design.rows_are_psus
    assert design.n_h.tolist() == [2, 1]
    assert design.w.tolist() == [1, 1, 1]


def test_a_label_with_a_leading_zero_is_no_number():
    assert SurveyDesign(3, stratum=["01", "1", "1"]).strata == ("01", "1")


def test_numbers_may_be_labels():
    assert SurveyDesign(3, stratum=np.array([2, 10, 2])).strata == ("2", "10")


@pytest.mark.parametrize("bad", [0, -1, NAN, INF, -INF, 1e-200, 1e200])
def test_a_weight_is_a_positive_number(bad):
    message = refused(weight=[1, bad, 2, bad])
    assert "`weight`" in message
    assert "2 rows" in message
    assert "rows 2, 4" in message


def test_at_most_five_rows_are_listed():
    with pytest.raises(DesignError, match=r"rows 1, 2, 3, 4, 5 and 995 more"):
        SurveyDesign(1000, weight=np.zeros(1000))


def test_a_weight_is_no_text():
    assert "must hold numbers; given: 1, x, 2, 3" in refused(weight=["1", "x", "2", "3"])


@pytest.mark.parametrize(
    ("name", "column"),
    [("weight", [1, 2]), ("stratum", list("abcde")), ("clusters", ([1, 2, 3],)), ("fpc", ([9, 9],))],
)
def test_every_column_has_one_value_per_row(name, column):
    message = refused(**{name: column})
    assert name in message
    assert "one value per row, 4" in message


@pytest.mark.parametrize("missing", ["", None, NAN])
def test_every_row_needs_its_stratum(missing):
    message = refused(stratum=["a", missing, "a", missing])
    assert "`stratum` is empty in 2 rows (rows 2, 4)" in message


def test_every_row_needs_its_psu():
    assert "`clusters[0]` is empty in 1 rows (rows 3)" in refused(clusters=([1.0, 2.0, NAN, 3.0],))


def test_population_counts_are_not_fractions():
    message = refused(stratum=list("aabb"), fpc=([0.5, 0.5, 0.1, 0.1],))
    assert "stratum 'a' has 2 sampled PSUs and a count of 0.5, and 1 more strata alike" in message


def test_a_population_count_is_at_least_the_samples():
    message = refused(stratum=list("aaab"), clusters=([1, 2, 3, 1],), fpc=([2, 2, 2, 1],))
    assert "stratum 'a' has 3 sampled PSUs and a count of 2" in message


def test_a_population_count_is_one_per_stratum():
    assert "varies within b" in refused(stratum=list("aabb"), fpc=([5, 5, 5, 6],))


@pytest.mark.parametrize("bad", [NAN, INF])
def test_a_population_count_is_a_number(bad):
    assert "`fpc` has no number in 1 rows (rows 2)" in refused(fpc=([5, bad, 5, 5],))


def test_a_sample_of_everyone_is_no_error():
    design = SurveyDesign(4, stratum=list("aabb"), fpc=([2, 2, 2, 2],))
    assert design.factors().tolist() == [0, 0]


def test_a_rule_for_lonely_psus_has_a_name():
    assert "fail, adjust, average, certainty, remove; given: ignore" in refused(lonely_psu="ignore")


def test_every_refusal_is_a_value_error():
    assert issubclass(DesignError, ScoringError)
    assert issubclass(ScoringError, ValueError)
