"""Flags, and what is null under each (CONTRACTS 4 and 6)."""

from __future__ import annotations

import pytest

from .runs import edited, estimates, scored

NUMBERS = {"value", "std_error", "low", "high", "n", "n_psu", "n_eff", "df", "deff"}


def rows(count, **answers):
    """Rows of which the first third answers q1 with 1 and the others with 5."""
    return [{"q1": "1" if k < count // 3 else "5", **answers} for k in range(count)]


def q1(found, domain=None, measure="top_box"):
    return estimates(found)[domain, "q1", measure]


def nulls(estimate):
    return {name for name in NUMBERS if estimate[name] is None}


def test_a_figure_of_a_probability_sample_has_every_number_and_no_flag(tmp_path):
    one = q1(scored(tmp_path, rows(30), wave_kind="probability"))
    assert (one["flag"], one["flag_reason"], nulls(one)) == (None, None, set())
    assert (one["n"], one["n_psu"], one["df"]) == (30, 30, 29)
    assert one["interval_method"] == "korn-graubard-nchs"
    assert one["deff"] == pytest.approx(1, rel=1e-11)


def test_a_mean_and_an_index_have_a_t_interval(tmp_path):
    found = scored(tmp_path, rows(30), wave_kind="probability")
    assert q1(found, measure="mean_100")["interval_method"] == "t"
    assert estimates(found)[None, "pooled", "top_box"]["interval_method"] == "t"


@pytest.mark.parametrize(("n", "flag"), [(29, "small"), (30, None), (10, "small")])
def test_below_30_answers_a_figure_is_small_and_shown(tmp_path, n, flag):
    one = q1(scored(tmp_path, rows(n), wave_kind="probability"))
    assert (one["flag"], nulls(one)) == (flag, set())


def test_below_the_threshold_a_figure_is_suppressed_and_every_number_null(tmp_path):
    found = scored(tmp_path, rows(9) + rows(30, q1="na"), wave_kind="probability")
    one = q1(found)
    assert (one["flag"], one["interval_method"], nulls(one)) == ("suppressed", "none", NUMBERS)
    assert one["flag_reason"] == "Not shown: fewer than 10 answers, here or in a neighbouring figure."


def test_the_threshold_is_an_option_and_0_shows_all(tmp_path):
    few = rows(3)
    assert q1(scored(tmp_path, few, wave_kind="probability", threshold=4))["flag"] == "suppressed"
    assert q1(scored(tmp_path, few, wave_kind="probability", threshold=3))["flag"] == "small"
    assert q1(scored(tmp_path, few, wave_kind="probability", threshold=0))["flag"] == "small"


def test_without_a_valid_answer_a_figure_is_undefined(tmp_path):
    one = q1(scored(tmp_path, rows(30, q1="na"), wave_kind="probability"))
    assert (one["flag"], one["n"], one["flag_reason"]) == ("undefined", 0, "There is no valid answer.")
    assert nulls(one) == {"value", "std_error", "low", "high", "deff", "n_eff"}


def test_a_mean_over_an_item_without_an_answer_is_undefined_and_the_reason_names_it(tmp_path):
    instrument = edited(("aggregate: pooled_answers", "aggregate: mean_of_items"))
    found = scored(tmp_path, rows(30, q2="na"), instrument, wave_kind="probability")
    one = estimates(found)[None, "pooled", "top_box"]
    assert (one["flag"], one["flag_reason"]) == ("undefined", "Nobody gave a valid answer to item q2.")
    assert (one["value"], one["n"]) == (None, 30)


def test_pooled_answers_go_on_without_an_item_that_nobody_answered(tmp_path):
    found = scored(tmp_path, rows(30, q2="na"), wave_kind="probability")
    assert estimates(found)[None, "pooled.staff", "top_box"]["value"] == pytest.approx(200 / 3, rel=1e-11)


def test_a_domain_of_one_psu_is_not_estimable_and_its_value_shown(tmp_path):
    data = rows(30, place="a", day="1") + rows(30, place="b", day="2") + rows(30, place="b", day="3")
    found = scored(tmp_path, data, by="place", cluster=("day",))
    one = q1(found, "a")
    assert (one["flag"], one["df"], one["value"]) == ("not_estimable", 0, pytest.approx(200 / 3, rel=1e-11))
    assert nulls(one) == {"std_error", "low", "high", "deff", "n_eff"}
    assert one["flag_reason"].startswith("Every stratum here is a single sampling unit")
    assert q1(found, "b")["flag"] is None


def test_an_index_without_variation_has_no_interval(tmp_path):
    found = scored(tmp_path, [{"q1": "5", "q2": "5", "q3": "1"}] * 40, wave_kind="probability")
    one = estimates(found)[None, "pooled", "top_box"]
    assert (one["flag"], one["std_error"], one["value"]) == ("no_variation", 0, 100)
    assert {"low", "high"} <= nulls(one)


def test_an_item_at_100_per_cent_keeps_its_interval(tmp_path):
    one = q1(scored(tmp_path, [{"q1": "5"}] * 40, wave_kind="probability"))
    assert (one["flag"], one["value"], one["high"]) == (None, 100, 100)
    assert 85 < one["low"] < 95


def test_flags_stand_together(tmp_path):
    found = scored(tmp_path, rows(20, day="1"), cluster=("day",), lonely_psu="certainty")
    assert q1(found)["flag"] == "small not_estimable"


def test_volunteers_are_indicative_and_have_no_band_without_clusters(tmp_path):
    one = q1(scored(tmp_path, rows(60)))
    assert (one["flag"], one["interval_method"]) == ("indicative", "none")
    assert nulls(one) == {"std_error", "low", "high", "deff", "n_eff"}
    assert "No variation band" in one["flag_reason"]


@pytest.mark.parametrize(("days", "method"), [(9, "none"), (10, "band")])
def test_volunteers_have_a_band_over_ten_clusters_and_never_a_design_effect(tmp_path, days, method):
    data = [row | {"day": str(k * days // 90)} for k, row in enumerate(rows(90))]
    one = q1(scored(tmp_path, data, cluster=("day",), wave_kind="volunteer"))
    assert (one["flag"], one["interval_method"], one["deff"]) == ("indicative", method, None)


def test_a_census_has_the_margin_of_those_who_did_not_answer(tmp_path):
    one = q1(scored(tmp_path, rows(30, place="a", N="60"), stratum="place", fpc=("N",), wave_kind="census"))
    assert (one["flag"], one["interval_method"]) == (None, "fpc-margin")
    margin = 1.959963984540054 * (100 * 100 * 2 / 9 / 30 * (60 - 30) / (60 - 1)) ** 0.5
    assert one["high"] - one["value"] == pytest.approx(margin, rel=1e-9)


def test_a_census_that_everyone_answered_has_no_margin_and_says_so(tmp_path):
    one = q1(scored(tmp_path, rows(30, place="a", N="30"), stratum="place", fpc=("N",), wave_kind="census"))
    assert (one["flag"], one["interval_method"], one["low"]) == (None, "none", None)
    assert one["flag_reason"] == "Everyone asked answered, so there is no margin."


def test_a_domain_of_a_census_that_cuts_a_stratum_has_no_margin_and_says_so(tmp_path):
    data = [row | {"sex": "fm"[k % 2]} for k, row in enumerate(rows(80, place="a", N="100"))]
    found = scored(tmp_path, data, by="sex", stratum="place", fpc=("N",), wave_kind="census")
    assert q1(found, "f")["flag_reason"] == "No margin: how many people were asked here is not known."


def test_the_kind_of_wave_follows_from_the_design(tmp_path):
    assert scored(tmp_path, [{}]).options.effective_wave_kind == "volunteer"
    assert scored(tmp_path, [{"w": "1"}], weight="w").options.effective_wave_kind == "probability"
