"""Quantiles of composites and of number items: their values, and who may not be told."""

from __future__ import annotations

import numpy as np
import pytest

from app.services.files import FileRefused

from .requested import CLUSTERED, block, margin, reference, run

SIZE = '[[quantiles]]\nof = "size"\nprobabilities = [0.1, 0.5]\n'


def of(found):
    return {(one["domain"], one["probability"]): one for one in block(found, "quantiles")}


def test_the_median_is_the_smallest_value_that_half_the_weight_reaches(tmp_path):
    found = run(reference(tmp_path), SIZE, **CLUSTERED, threshold=0)
    size, weight = np.arange(1, 215) % 7, found.inputs.design.w
    half = next(v for v in range(7) if weight[size <= v].sum() >= weight.sum() / 2)
    one = of(found)[None, 0.5]
    assert (one["value"], one["n"], one["interval_method"], one["flag"]) == (half, 214, "woodruff", None)
    assert one["low"] <= one["value"] <= one["high"]


def test_people_without_a_score_are_left_out(tmp_path):
    path = reference(
        tmp_path, **{q: lambda k, row: "" if k % 4 == 0 else "5" for q in ("q1", "q2", "q3", "q4")}
    )
    found = run(path, '[[quantiles]]\nof = "person"\n', **CLUSTERED, threshold=0)
    assert {(one["value"], one["n"]) for one in of(found).values()} == {(100.0, 214 - 53)}


def test_a_quantile_with_few_people_on_one_side_is_hidden(tmp_path):
    found = of(run(reference(tmp_path), SIZE, **CLUSTERED, by=("band",), threshold=10))
    assert found[None, 0.1]["flag"] is None
    assert (found["x", 0.1]["flag"], found["x", 0.1]["value"], found["x", 0.1]["n"]) == (
        "suppressed",
        None,
        None,
    )
    assert found["x", 0.5]["flag"] is None


def test_a_hidden_domain_has_no_quantile(tmp_path):
    path = reference(tmp_path, place=lambda k, row: "few" if k <= 5 else "ab"[k % 2])
    found = of(run(path, SIZE, **CLUSTERED, by=("place",), threshold=10))
    hidden = {domain for (domain, p), one in found.items() if p == 0.5 and one["flag"] == "suppressed"}
    assert "few" in hidden
    assert len(hidden) == 2


def test_volunteers_have_quantiles_without_intervals(tmp_path):
    one = of(run(reference(tmp_path), SIZE))[None, 0.5]
    assert (one["value"], one["low"], one["high"], one["flag"]) == (3.0, None, None, "indicative")


def test_a_known_distribution_leaves_nothing_unsure(tmp_path):
    toml = f'[weighting]\nmethod = "post_stratify"\n{margin("size", {str(k): 100 for k in range(7)})}'
    plain, known = (of(run(reference(tmp_path), text + SIZE, **CLUSTERED))[None, 0.5] for text in ("", toml))
    assert plain["low"] < plain["high"]
    assert (known["value"], known["low"], known["high"]) == (3.0, None, None)


@pytest.mark.parametrize("of", ["pooled", "q1", "nothing"])
def test_what_has_no_quantiles_is_refused_with_what_has(tmp_path, of):
    with pytest.raises(FileRefused, match=r"of people's scores on a respondent_mean .* here person, size\."):
        run(reference(tmp_path), f'[[quantiles]]\nof = "{of}"\n', **CLUSTERED)


def test_a_number_item_that_holds_words_is_refused_with_its_row(tmp_path):
    path = reference(tmp_path, size=lambda k, row: "many" if k == 3 else "1")
    with pytest.raises(FileRefused, match=r"column size must hold a number.*row 4 holds 'many'"):
        run(path, SIZE, **CLUSTERED)
