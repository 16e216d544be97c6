"""Cronbach's alpha on published designs, against R survey 4.5's `svycralpha` (data outside the repository)."""

from __future__ import annotations

from collections import Counter
from functools import cache

import numpy as np
import pytest

from scoring import SurveyDesign
from scoring.moments import MeasurementError
from scoring.reliability import cronbach_alpha
from tests.scoring.test_oracle import numbers, oracle, read

pytestmark = pytest.mark.outside_data

RTOL = 1e-9


def weight_of(spec: dict, data: dict) -> np.ndarray | None:
    """The design's weights; where it has population counts only, their inverse sampling fractions."""
    if spec["weights"]:
        return numbers(data[spec["weights"]])
    outer, inner = (numbers(data[name]) for name in spec["fpc"])
    first, second = (data[name] for name in spec["ids"])
    psus = len(set(first))
    units = {psu: len(set(second[first == psu])) for psu in set(first)}
    return outer / psus * inner / np.array([units[psu] for psu in first])


@cache
def alphas() -> dict[str, str]:
    """How every case came out, by its id."""
    file, run = oracle()[1], {}
    for case in (case for case in file["cases"] if case["stat"] == "cronbach_alpha"):
        spec = file["designs"][case["design"]]
        data = read(spec["data"])
        scores = np.stack([numbers(data[name]) for name in case["inputs"]["vars"]])
        # R's value does not depend on strata, clusters and counts: they say how far it may be off.
        design = SurveyDesign(scores.shape[1], weight=weight_of(spec, data))
        if case["expected"]["alpha"] is None:
            # R gives nothing where an item is missing; so do we, under the rule of that name.
            with pytest.raises(MeasurementError, match="no score on some item"):
                cronbach_alpha(scores, design, missing="fail")
            run[case["id"]] = "undefined"
        else:
            found = cronbach_alpha(scores, design, missing="fail")
            np.testing.assert_allclose(found.value, case["expected"]["alpha"], rtol=RTOL, err_msg=case["id"])
            run[case["id"]] = "equal"
    return run


def run_ids() -> frozenset[str]:
    return frozenset(alphas())


def test_every_alpha_equals_r():
    assert Counter(alphas().values()) == {"equal": 16, "undefined": 2}
