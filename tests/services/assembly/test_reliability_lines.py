"""Reliability and unanswered items on the Quality sheet: from the rows, and only of what may be shown."""

from __future__ import annotations

import random

import numpy as np
import pytest

from app.scorecards import Figure
from scoring import SurveyDesign
from scoring.reliability import cronbach_alpha, item_rest_correlations

from .cards import cards, figures, lines, table

DESIGN = {"stratum": "place", "cluster": ("day",), "weight": "w", "by": "place"}


def people(n=240, seed=4):
    """Answers that go together, with some blank and some that do not apply."""
    draw, found = random.Random(seed), []
    for k in range(n):
        mood = draw.choice((0, 1, 2))
        row = {"place": "ab"[k % 2], "day": f"{k % 8}", "w": str(1 + k % 3)}
        for item in ("q1", "q2", "q3", "q4"):
            answer = str(min(5, max(1, 3 + mood + draw.choice((-2, -1, 0, 0)))))
            row[item] = draw.choice(("", "na")) if draw.random() < 0.1 else answer
        found.append(row)
    return found


def sheet(folder, rows=None, domain=None, **options):
    return by_subject(cards(folder, rows or people(), **(DESIGN | options))[domain])


def by_subject(card):
    return {line["subject"]: line for line in lines(table(card, "quality"))}


def expected(rows, items, domain):
    """Scores, design and mask straight from the answers; q3 is reversed."""

    def score(item, code):
        if code not in "12345" or code == "":
            return np.nan
        value = (int(code) - 1) * 25
        return 100 - value if item == "q3" else value

    scores = np.array([[score(item, row[item]) for row in rows] for item in items])
    design = SurveyDesign(
        len(rows), weight=[float(row["w"]) for row in rows], stratum=[row["place"] for row in rows],
        clusters=([row["day"] for row in rows],),
    )  # fmt: skip
    return scores, design, np.array([domain in (None, row["place"]) for row in rows])


@pytest.mark.parametrize("domain", [None, "a"])
def test_alpha_is_that_of_the_rows_with_its_interval_under_the_design(tmp_path, domain):
    rows = people()
    found = sheet(tmp_path, rows, domain, threshold=0)
    for label, items in (("All answers", ("q1", "q2", "q3")), ("Staff", ("q1", "q2"))):
        scores, design, inside = expected(rows, items, domain)
        alpha = cronbach_alpha(scores, design, domain=inside)
        interval = alpha.confidence_interval(0.95)
        line = found[f"Alpha: {label}"]
        for key, value in (("coefficient", alpha.value), ("low", interval.low), ("high", interval.high)):
            assert line[key].value == pytest.approx(value, rel=1e-10)


def test_an_item_has_its_correlation_within_its_factor(tmp_path):
    rows = people()
    found = sheet(tmp_path, rows, threshold=0)
    scores, design, inside = expected(rows, ("q1", "q2"), None)
    rest = item_rest_correlations(scores, design, domain=inside).item_rest
    line = found["Not answered: q1"]
    assert line["coefficient"].value == pytest.approx(rest[0], rel=1e-10)
    assert line["remark"] == "Correlation within Staff."
    # Alone in its factor, there is no rest.
    assert found["Not answered: q3"]["coefficient"] == Figure(None, "z")


def test_a_factor_of_one_item_has_no_alpha(tmp_path):
    subjects = sheet(tmp_path, threshold=0)
    assert {subject for subject in subjects if subject.startswith("Alpha")} == {
        "Alpha: All answers", "Alpha: Staff", "Alpha: By person"
    }  # fmt: skip


def test_unanswered_is_of_those_asked_whom_it_concerns_and_weighted(tmp_path):
    rows = people()
    line = sheet(tmp_path, rows, threshold=0)["Not answered: q2"]
    concerned = [row for row in rows if row["q2"] != "na"]
    blank = [row for row in concerned if row["q2"] == ""]
    assert 0 < len(blank) < len(concerned) < len(rows)
    assert line["count"].value == len(blank)
    share = 100 * sum(int(row["w"]) for row in blank) / sum(int(row["w"]) for row in concerned)
    assert line["unanswered"].value == pytest.approx(share, rel=1e-10)


def test_who_was_not_asked_did_not_fail_to_answer(tmp_path):
    rows = [
        row | {"age": "12" if k % 2 else "30", "q4": "" if k % 2 else "5"} for k, row in enumerate(people())
    ]
    assert sheet(tmp_path, rows, threshold=0)["Not answered: q4"]["count"].value == 0


@pytest.mark.parametrize("kind", ["volunteer", "census"])
def test_only_a_probability_sample_has_an_interval(tmp_path, kind):
    design = {"cluster": (), "weight": None, "stratum": None} if kind == "volunteer" else {
        "cluster": (), "weight": None, "fpc": ("all",)
    }  # fmt: skip
    rows = [row | {"all": "400"} for row in people()]
    line = sheet(tmp_path, rows, wave_kind=kind, threshold=0, **design)["Alpha: Staff"]
    assert line["coefficient"].value is not None
    assert line["low"] == line["high"] == Figure(None, "x")


def test_few_complete_answers_give_no_alpha_and_say_so(tmp_path):
    rows = [row | ({"q2": ""} if k >= 40 else {}) for k, row in enumerate(people())]
    line = sheet(tmp_path, rows, "a", threshold=0)["Alpha: Staff"]
    assert line["coefficient"] == Figure(None, "x")
    assert line["remark"] == "Too few complete answers, or an item without variation."


def test_a_constant_item_gives_no_alpha(tmp_path):
    rows = [row | {"q2": "5"} for row in people()]
    assert sheet(tmp_path, rows, threshold=0)["Alpha: Staff"]["coefficient"] == Figure(None, "x")


def test_nothing_is_said_of_a_hidden_item_or_its_factor(tmp_path):
    rows = [row | ({"q1": "na"} if row["place"] == "a" and k > 14 else {}) for k, row in enumerate(people())]
    found = sheet(tmp_path, rows, "a")
    assert found["Not answered: q1"]["count"] == found["Not answered: q1"]["unanswered"] == Figure(None, "c")
    assert found["Not answered: q1"]["coefficient"] == Figure(None, "c")
    assert found["Alpha: Staff"]["coefficient"] == Figure(None, "c")
    # q3 stands in the same index and goes with it; q4 stands in another.
    assert found["Not answered: q4"]["count"].value is not None


def test_a_hidden_domain_has_no_number(tmp_path):
    few = [row | {"place": "few"} for row in people(8)]
    card = cards(tmp_path, people() + few, **DESIGN)["few"]
    assert figures(card) == []
    assert by_subject(card)["Alpha: Staff"]["coefficient"] == Figure(None, "c")
