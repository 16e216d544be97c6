"""The Sensitivity sheet: figures with and without flagged answers, and nobody dropped from the published ones."""

from __future__ import annotations

import pytest

from app.scorecards import Figure

from .cards import cards, lines, table
from .runs import estimates, run, scored, write_csv


def people(**groups):
    """Rows by group: (count, flags, answer to q1 and q2, more columns)."""
    return [
        {"flags": flags, "q1": answer, "q2": answer, **more}
        for count, flags, answer, more in groups.values()
        for _ in range(count)
    ]


ROWS = people(
    plain=(40, "", "5", {"place": "a"}),
    sour=(20, "", "1", {"place": "a"}),
    fast=(20, "fast", "1", {"place": "a"}),
    both=(20, "fast straight_line", "1", {"place": "a"}),
    other=(50, "", "5", {"place": "b"}),
)


def sheet(card):
    """(value, difference, n) by (node, what was left out)."""
    return {
        (line["node"], line["answers"]): tuple(line[key] for key in ("value", "difference", "n"))
        for line in lines(table(card, "sensitivity"))
    }


def numbers(card, node, answers):
    return tuple(cell.value for cell in sheet(card)[node, answers])


def test_each_flag_is_left_out_and_the_published_figure_keeps_everyone(tmp_path):
    whole = cards(tmp_path, ROWS)[None]
    assert numbers(whole, "pooled.staff", "all answers, as published") == (60, None, 150)
    assert numbers(whole, "pooled.staff", "without any flagged answer") == pytest.approx(
        (100 * 90 / 110, 100 * 90 / 110 - 60, 110)
    )
    assert numbers(whole, "pooled.staff", "without very fast answers")[2] == 110
    straight = numbers(whole, "pooled.staff", "without answers of one mark throughout")
    assert straight == pytest.approx((100 * 90 / 130, 100 * 90 / 130 - 60, 130))
    (published,) = [row for row in whole.rows if row.node == "pooled.staff"]
    assert (published.value.value, published.n.value) == (60, 150)


def test_it_stands_after_quality_and_has_indices_and_their_first_level(tmp_path):
    whole = cards(tmp_path, ROWS)[None]
    codes = [one.code for one in whole.tables]
    assert codes.index("sensitivity") == codes.index("quality") + 1
    assert {node for node, _ in sheet(whole)} == {"pooled", "pooled.staff", "pooled.rules", "person", "audit"}


def test_a_part_is_a_domain_of_the_same_design(tmp_path):
    rows = [
        row | {"day": str(k % 6), "w": str(1 + k % 3), "kept": "no" if row["flags"] else "yes"}
        for k, row in enumerate(ROWS)
    ]
    design = {"weight": "w", "cluster": ("day",)}
    whole = cards(tmp_path, rows, **design)[None]
    same = estimates(scored(tmp_path, rows, by="kept", **design))["yes", "pooled.staff", "top_box"]
    value, _difference, n = numbers(whole, "pooled.staff", "without any flagged answer")
    assert value == pytest.approx(same["value"], rel=1e-11)
    assert n == same["n"]


def test_weights_are_taken_away_in_a_line_of_its_own(tmp_path):
    rows = [row | {"w": "3" if row["q1"] == "5" else "1"} for row in ROWS]
    whole = cards(tmp_path, rows, weight="w", wave_kind="probability")[None]
    weighted = 100 * 270 / 330
    assert numbers(whole, "pooled.staff", "all answers, unweighted") == pytest.approx(
        (60, 60 - weighted, 150)
    )
    assert ("pooled", "all answers, unweighted") not in sheet(cards(tmp_path, ROWS)[None])


def test_a_file_without_flags_has_no_such_sheet(tmp_path):
    for rows in ([{"q1": "5"}] * 20, [{"q1": "5", "flags": "red green"}] * 20):
        assert not any(one.code == "sensitivity" for one in cards(tmp_path, rows)[None].tables)


def test_a_wave_without_a_flagged_answer_says_so(tmp_path):
    whole = cards(tmp_path, [{"flags": ""}] * 30)[None]
    assert numbers(whole, "pooled", "without any flagged answer")[1:] == (0, 30)
    assert "No answer of this run carries a flag." in table(whole, "sensitivity").remarks


def test_few_flagged_people_are_not_told_by_a_difference(tmp_path):
    rows = people(plain=(40, "", "5", {}), few=(9, "fast", "1", {}))
    whole = sheet(cards(tmp_path, rows)[None])
    assert whole["pooled", "without any flagged answer"] == (Figure(None, "c"),) * 3
    assert whole["pooled", "all answers, as published"][0].value is not None
    shown = sheet(cards(tmp_path, rows, threshold=9)[None])
    assert shown["pooled", "without any flagged answer"][2].value == 40


def test_nor_by_what_the_other_domains_show(tmp_path):
    rows = people(
        a=(40, "", "5", {"place": "a"}),
        few=(3, "fast", "1", {"place": "a"}),
        b=(40, "", "5", {"place": "b"}),
        many=(20, "fast", "1", {"place": "b"}),
    )
    found = cards(tmp_path, rows, by="place")
    told = [
        name
        for name, card in found.items()
        if sheet(card)["pooled", "without any flagged answer"][0].mark != "c"
    ]
    assert "a" not in told
    assert len(told) < 2, "the whole less one place is the other"


def test_nor_by_two_flags_that_few_people_share(tmp_path):
    rows = people(
        plain=(60, "", "5", {}),
        one=(20, "fast", "1", {}),
        other=(20, "burst", "1", {}),
        both=(2, "fast burst", "1", {}),
    )
    whole = sheet(cards(tmp_path, rows)[None])
    assert whole["pooled", "without any flagged answer"][2].value == 60
    for flag in ("without very fast answers", "without answers that came many within minutes"):
        assert whole["pooled", flag] == (Figure(None, "c"),) * 3


def test_the_estimates_of_the_document_are_the_same_with_and_without_the_column(tmp_path):
    plain = [{key: value for key, value in row.items() if key != "flags"} for row in ROWS]
    with_flags, without = (
        estimates(run(write_csv(tmp_path / f"{name}.csv", rows), by="place"))
        for name, rows in (("with", ROWS), ("without", plain))
    )
    assert with_flags == without
