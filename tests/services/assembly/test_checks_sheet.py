"""The Checks sheet: what is published follows from what else is published, and nothing follows of what is hidden."""

from __future__ import annotations

import pytest

from app.scorecards import Cited, Figure, Formula

from .cards import cards, figures, lines, table
from .runs import edited
from .test_comparisons import rows

PLACES = ("a", "b", "c")
SAMPLE = {"by": "place", "stratum": "place", "cluster": ("day",)}
CHILDREN = (
    ("    aggregate: pooled_answers\n", "    aggregate: mean_of_children\n"),
    ("{code: staff, title", "{code: staff, coefficient: 2, title"),
)
ITEMS = (("    aggregate: pooled_answers\n", "    aggregate: mean_of_items\n"),)


def weighted(given):
    return [row | {"w": str(1 + k % 4)} for k, row in enumerate(given)]


def books(folder, given=None, **options):
    return cards(folder, given or rows(PLACES, days=8), **(SAMPLE | options))


def sheet(card):
    return lines(table(card, "checks"))


def has(card, code):
    return any(one.code == code for one in card.tables)


def below(card, label):
    """The check of an index from what is below it."""
    return [
        line
        for line in sheet(card)
        if line["subject"] == "Estimate from what is below" and line["label"] == label
    ]


@pytest.mark.parametrize(
    ("changes", "weights"),
    [((), True), ((), False), (CHILDREN, True), (ITEMS, True)],
    ids=["pooled", "pooled, no weights", "children", "items"],
)
def test_every_rule_gives_the_published_index(tmp_path, changes, weights):
    given = weighted(rows(PLACES, days=8)) if weights else rows(PLACES, days=8)
    options = {"weight": "w"} if weights else {}
    for card in books(
        tmp_path, given, instrument=edited(*changes), compare=True, ranks=True, **options
    ).values():
        assert len(below(card, "All answers")) == 1
        assert [line["label"] for line in sheet(card) if line["agrees"].value is not True] == []
        for line in sheet(card):
            assert line["formula"].value == pytest.approx(line["published"].value, abs=1e-8)


def test_a_coefficient_is_cited_and_not_written_into_the_formula(tmp_path):
    card = books(tmp_path, instrument=edited(*CHILDREN))["a"]
    (check,) = below(card, "All answers")
    cited = [
        part for part in check["formula"].parts if isinstance(part, Cited) and part.table == "parameters"
    ]
    found = table(card, "parameters").rows
    assert {(found[part.row][0], found[part.row][1].value) for part in cited} == {
        ("Coefficient of Staff", 2),
        ("Coefficient of Rules", 1),
    }


def test_an_index_over_single_respondents_is_not_worked_out(tmp_path):
    for card in books(tmp_path).values():
        assert below(card, "By person") == []


def test_an_item_follows_from_its_answers_and_their_scores(tmp_path):
    found = {
        line["label"]
        for line in sheet(books(tmp_path)["a"])
        if line["subject"] == "Estimate from the answers"
    }
    assert found == {"q1", "q2", "q3", "q4"}


@pytest.mark.parametrize(
    ("kind", "quantile"),
    [("probability", "t_quantile"), ("volunteer", "t_quantile"), ("census", "z_quantile")],
)
def test_bounds_follow_from_the_quantile_of_the_wave(tmp_path, kind, quantile):
    given = [row | {"asked": "90"} for row in rows(PLACES, days=12)]
    options = {"by": "place", "wave_kind": kind} | (
        {"stratum": "place", "fpc": ("asked",)} if kind == "census" else {"cluster": ("day",)}
    )
    for card in cards(tmp_path, given, **options).values():
        names = {name.name for name in table(card, "parameters").names}
        assert {"alpha", "k_min", "tolerance", quantile} <= names
        ends = [line for line in sheet(card) if line["subject"] in ("Low", "High")]
        assert ends
        assert all(f"{quantile}*" in "".join(map(str, line["formula"].parts)) for line in ends)
        assert all(line["agrees"].value for line in sheet(card))


def test_differences_and_their_bounds_follow(tmp_path):
    card = books(tmp_path, compare=True)["a"]
    found = [(line["label"], line["subject"], line["sheet"]) for line in sheet(card)]
    assert ("All answers: b", "Difference", "Comparison") in found
    assert ("All answers: All respondents", "Low", "Profile") in found


def test_a_figure_that_is_not_shown_is_in_no_formula(tmp_path):
    few = [{"place": "few", "day": f"{k % 4}", "q1": "25"[k % 2]} for k in range(6)]
    given = [row if k % 48 < 7 else row | {"q1": "na"} for k, row in enumerate(rows(PLACES, days=8))]
    for changes in ((), CHILDREN):
        found = books(tmp_path, given + few, instrument=edited(*changes), compare=True, ranks=True)
        for card in found.values():
            if not has(card, "checks"):
                continue
            cells = {one.code: lines(one) for one in card.tables}
            for line in sheet(card):
                for part in line["formula"].parts:
                    if isinstance(part, Cited):
                        for row in range(part.row, (part.row if part.last is None else part.last) + 1):
                            cell = cells[part.table][row][part.column]
                            assert isinstance(cell, Formula) or (
                                isinstance(cell, Figure) and cell.value is not None
                            )
        assert not has(found["few"], "checks")
        assert not has(found["few"], "parameters")
        assert figures(found["few"]) == []


def test_an_index_with_a_hidden_item_below_is_not_worked_out(tmp_path):
    """From the index and the formula of the rest the hidden item would be what is left."""
    given = [row if k % 48 < 7 else row | {"q1": "na"} for k, row in enumerate(rows(PLACES, days=8))]
    card = books(tmp_path, given)["a"]
    hidden = {line["item"] for line in lines(table(card, "items")) if line["value"].mark == "c"}
    assert "q1" in hidden
    assert below(card, "All answers") == below(card, "Staff") == []
    assert not {line["label"] for line in sheet(card)} & hidden


def test_two_indices_that_count_an_item_differently_are_not_mixed_up(tmp_path):
    """The sheet has one line for an item and measure: only what that line is of follows from it."""
    second = (
        "indices:\n",
        "indices:\n  - {code: strict, title: {en: Strict, vi: Chặt}, score: top_box, satisfied: [5], "
        "aggregate: mean_of_items, items: [q1]}\n",
    )
    card = books(tmp_path, instrument=edited(second))["a"]
    assert all(line["agrees"].value for line in sheet(card))
    assert below(card, "All answers") == []
