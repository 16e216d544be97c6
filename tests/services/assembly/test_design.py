"""The sampling design read from columns of the file, and what cannot be one."""

from __future__ import annotations

import numpy as np
import pytest

from app.services.files import FileRefused

from .runs import estimates, scored


def test_strata_clusters_counts_and_weights_come_from_their_columns(tmp_path):
    rows = [
        {"s": s, "c": c, "N": {"x": "9", "y": "8"}[s], "w": w}
        for s, c, w in (("x", "1", "1"), ("x", "2", "2"), ("y", "1", "3"), ("y", "2", "4"), ("y", "2", "5"))
    ]
    design = scored(tmp_path, rows, stratum="s", cluster=("c",), fpc=("N",), weight="w").inputs.design
    assert design.strata == ("x", "y")
    assert (design.n_h.tolist(), design.population_h.tolist()) == ([2, 2], [9, 8])
    assert design.w.tolist() == [1, 2, 3, 4, 5]


def test_a_stratum_code_is_text_and_in_one_unicode_form(tmp_path):
    rows = [{"s": code} for code in ("01", "1", "Hà Nội", "Ha\u0300 No\u0323\u0302i", " 01 ")]
    assert scored(tmp_path, rows, stratum="s", lonely_psu="adjust").inputs.design.strata == (
        "01",
        "1",
        "Hà Nội",
    )


@pytest.mark.parametrize("weight", ["-1", "0", "", "abc", "nan", "inf", "1,5", "1e999"])
def test_a_weight_that_is_no_positive_number_is_refused_with_its_row(tmp_path, weight):
    with pytest.raises(
        FileRefused, match=r"column w must hold a positive number in every row.*; row 3 (holds|is)"
    ):
        scored(tmp_path, [{"w": "1"}, {"w": weight}, {"w": "2"}], weight="w")


def test_further_wrong_weights_are_counted(tmp_path):
    with pytest.raises(FileRefused, match=r"row 2 holds '-1', and 2 rows more are wrong\."):
        scored(tmp_path, [{"w": "-1"}, {"w": ""}, {"w": "x"}, {"w": "1"}], weight="w")


@pytest.mark.parametrize("option", [{"stratum": "s"}, {"cluster": ("s",)}])
def test_a_row_without_its_stratum_or_cluster_is_refused(tmp_path, option):
    with pytest.raises(
        FileRefused, match="column s is empty in 2 rows, the first row 3: give every row its label"
    ):
        scored(tmp_path, [{"s": "x"}, {"s": ""}, {"s": " "}], **option)


def test_a_lonely_psu_is_refused_until_a_rule_is_named(tmp_path):
    rows = [{"s": "x"}, {"s": "x"}, {"s": "lonely"}]
    with pytest.raises(FileRefused, match=r"lonely: a stratum with only one PSU.*--lonely-psu"):
        scored(tmp_path, rows, stratum="s", threshold=0)
    found = scored(tmp_path, rows, stratum="s", threshold=0, lonely_psu="certainty")
    assert estimates(found)[None, "q1", "top_box"]["df"] == 1


def test_a_population_count_below_the_sample_is_refused(tmp_path):
    with pytest.raises(FileRefused, match="`fpc` must be a population count"):
        scored(tmp_path, [{"N": "1"}, {"N": "1"}], fpc=("N",))


def test_a_population_count_that_varies_in_a_stratum_is_refused(tmp_path):
    with pytest.raises(FileRefused, match="`fpc` must be one population count per stratum"):
        scored(tmp_path, [{"N": "10"}, {"N": "11"}], fpc=("N",))


def test_a_census_needs_head_counts(tmp_path):
    with pytest.raises(FileRefused, match="census needs the head count"):
        scored(tmp_path, [{}], wave_kind="census")


TWO_STAGES = [
    {
        "commune": str(c),
        "village": str(v),
        "C": "8",
        "V": "5",
        "q1": "5" if (c * 3 + v + who * 2) % 5 else "2",
    }
    for c in range(4)
    for v in range(3)
    for who in range(3)
]


def test_a_second_stage_adds_what_it_varies(tmp_path):
    """With half of the communes drawn, the villages within them count for f_1 (1 - f_2) of their variance."""
    one = scored(tmp_path, TWO_STAGES, cluster=("commune",), fpc=("C",))
    two = scored(tmp_path, TWO_STAGES, cluster=("commune", "village"), fpc=("C", "V"))
    q1, q1_two = (estimates(found)[None, "q1", "top_box"] for found in (one, two))
    assert q1_two["value"] == q1["value"]
    assert q1_two["df"] == q1["df"] == 3
    satisfied = np.array([100.0 * (row["q1"] == "5") for row in TWO_STAGES]).reshape(4, 3, 3)
    z = (satisfied - satisfied.mean()).sum(axis=2) / satisfied.size  # influence of each village
    later = sum(0.5 * (1 - 3 / 5) * 3 / 2 * ((of_commune - of_commune.mean()) ** 2).sum() for of_commune in z)
    assert q1_two["std_error"] ** 2 - q1["std_error"] ** 2 == pytest.approx(later, rel=1e-9)


def test_a_later_count_below_the_sample_is_refused(tmp_path):
    given = [row | {"V": "2"} for row in TWO_STAGES]
    with pytest.raises(FileRefused, match="population count"):
        scored(tmp_path, given, cluster=("commune", "village"), fpc=("C", "V"))


def test_the_engines_agree(tmp_path):
    arrays = scored(tmp_path, TWO_STAGES, cluster=("commune",), fpc=("C",))
    duckdb = scored(tmp_path, TWO_STAGES, cluster=("commune",), fpc=("C",), engine="duckdb")
    assert estimates(duckdb) == estimates(arrays)


def test_the_engines_agree_on_two_stages(tmp_path):
    design = {"cluster": ("commune", "village"), "fpc": ("C", "V")}
    assert estimates(scored(tmp_path, TWO_STAGES, **design, engine="duckdb")) == estimates(
        scored(tmp_path, TWO_STAGES, **design)
    )
