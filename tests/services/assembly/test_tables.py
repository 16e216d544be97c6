"""The tables of a scorecard: what each sheet says, and what it must not say."""

from __future__ import annotations

import pytest

from app.scorecards import Figure

from .cards import cards, figures, lines, table
from .runs import edited, estimates, scored

ROWS = [
    {
        "place": "31" if k < 40 else "01",
        "q1": "1" if k % 3 else "5",
        "sex": "fm"[k % 2],
        "comment": "x" if k else "",
    }
    for k in range(80)
]
FEW = [{"place": "few", "q1": "1", "sex": "f"} for _ in range(7)]


def one(folder, rows=ROWS, domain=None, code="items", **options):
    options = {"wave_kind": "probability"} | options
    return table(cards(folder, rows, **options)[domain], code)


def said(found, subject):
    """The text of a two-column table beside a subject."""
    return dict(found.rows)[subject]


# Summary


def test_the_summary_holds_every_index_and_node_with_the_numbers_of_the_document(tmp_path):
    found = one(tmp_path, code="summary", by="place", domain="31")
    expected = estimates(scored(tmp_path, ROWS, by="place", wave_kind="probability"))
    assert [line["node"] for line in lines(found)] == [
        "pooled",
        "pooled.staff",
        "pooled.rules",
        "person",
        "audit",
    ]
    for line in lines(found):
        estimate = next(e for (d, node, _), e in expected.items() if (d, node) == ("31", line["node"]))
        for name in ("value", "low", "high", "n", "n_psu", "n_eff", "deff", "df"):
            assert line[name].value == estimate[name]


def test_the_summary_tells_indices_from_factors(tmp_path):
    kinds = {line["node"]: line["kind"] for line in lines(one(tmp_path, code="summary"))}
    assert (kinds["pooled"], kinds["pooled.staff"]) == ("Index", "Factor")


@pytest.mark.parametrize(
    ("options", "columns"),
    [
        ({}, ["n_psu", "n_eff", "deff", "df"]),
        ({"wave_kind": "volunteer"}, ["n_psu", "df"]),
        ({"wave_kind": "census", "stratum": "place", "fpc": ("N",)}, []),
    ],
)
def test_only_a_random_sample_shows_a_design_effect(tmp_path, options, columns):
    rows = [row | {"N": "400"} for row in ROWS]
    codes = [column.code for column in one(tmp_path, rows, code="summary", **options).columns]
    assert [code for code in codes if code in ("n_psu", "n_eff", "deff", "df")] == columns


def test_headers_carry_unit_level_and_note(tmp_path):
    headers = {column.code: column.header for column in one(tmp_path, code="summary", level=0.9).columns}
    assert headers["low"] == "Low, 90% (% or points) [note 1]"
    assert headers["n"] == "Respondents (n) [note 2]"
    vietnamese = one(tmp_path, code="summary", language="vi", level=0.975)
    assert "Cận dưới, 97,5% (% hoặc điểm) [ghi chú 1]" in [column.header for column in vietnamese.columns]


def test_formulas_may_cite_each_index_by_name(tmp_path):
    found = one(tmp_path, code="summary")
    assert [(name.name, name.row, name.column) for name in found.names] == [
        ("score_pooled", 0, "value"),
        ("n_pooled", 0, "n"),
        ("score_person", 3, "value"),
        ("n_person", 3, "n"),
        ("score_audit", 4, "value"),
        ("n_audit", 4, "n"),
    ]


def test_a_remark_is_the_reason_of_the_flag_and_empty_without_one(tmp_path):
    remarks = {line["remark"] for line in lines(one(tmp_path, ROWS[:20], code="summary"))}
    assert "Fewer than 30 answers: a small sample." in remarks
    assert {line["remark"] for line in lines(one(tmp_path, code="summary"))} >= {""}


def test_what_holds_for_every_figure_is_said_once_above_the_table(tmp_path):
    for code in ("summary", "items"):
        found = one(tmp_path, code=code, wave_kind="volunteer")
        assert found.remarks == (
            "People chose themselves to answer, so this is an indication and not a survey estimate.",
            "No variation band: that takes clusters and at least 10 of them.",
        )
        assert {line["remark"] for line in lines(found)} == {""}


def test_a_row_keeps_what_is_its_own(tmp_path):
    rows = [row if k < 20 else row | {"q1": "na"} for k, row in enumerate(ROWS)]
    found = one(tmp_path, rows, code="items", wave_kind="volunteer")
    assert {line["remark"] for line in lines(found) if line["item"] == "q1"} == {
        "Fewer than 30 answers: a small sample.",
        "",
    }


# Items


def test_each_item_has_its_estimates_then_its_answers_then_what_is_missing(tmp_path):
    rows = [*ROWS, {"q1": "na"}, {"q1": ""}]
    found = [line for line in lines(one(tmp_path, rows)) if line["item"] == "q1"]
    assert [(line["line"], line["answer"], line["code"]) for line in found] == [
        ("Estimate", "Satisfied, % of valid answers (codes 5, 4)", "[z]"),
        ("Estimate", "Mean score, 0 to 100", "[z]"),
        ("Answer", "Very satisfied", "5"),
        ("Answer", "Satisfied", "4"),
        ("Answer", "Neither", "3"),
        ("Answer", "Dissatisfied", "2"),
        ("Answer", "Very dissatisfied", "1"),
        ("Missing", "Does not apply", "[z]"),
        ("Missing", "No answer", "[z]"),
    ]
    assert [line["count"].value for line in found] == [80, 80, 27, 0, 0, 0, 53, 1, 1]


def test_shares_of_answers_are_weighted_and_over_valid_answers(tmp_path):
    rows = [{"q1": "5", "w": "3"}, {"q1": "1", "w": "1"}, {"q1": "na", "w": "9"}]
    found = {
        line["code"]: line["value"]
        for line in lines(one(tmp_path, rows, weight="w", threshold=0))
        if line["item"] == "q1"
    }
    assert (found["5"].value, found["1"].value) == (75, 25)


def test_a_reversed_item_names_the_codes_that_count_as_satisfied_there(tmp_path):
    found = next(line for line in lines(one(tmp_path)) if line["item"] == "q3")
    assert found["answer"] == "Satisfied, % of valid answers (codes 2, 1)"


def test_scored_items_come_first_then_who_answered(tmp_path):
    assert list(dict.fromkeys(line["item"] for line in lines(one(tmp_path)))) == [
        "q1", "q2", "q3", "q4", "sex", "age", "visited", "comment"
    ]  # fmt: skip


def test_a_multi_item_shows_each_option_chosen_or_not(tmp_path):
    rows = [{"heard__tv": "1", "heard__web": "0"}, {"heard__tv": "0", "heard__web": ""}]
    found = [line for line in lines(one(tmp_path, rows, threshold=0)) if line["item"].startswith("heard")]
    assert [(line["answer"], line["count"].value) for line in found] == [
        ("Chosen: Television", 1),
        ("Not chosen: Television", 1),
        ("Chosen: The internet", 0),
        ("Not chosen: The internet", 1),
        ("No answer", 1),
    ]


def test_open_answers_are_counted_and_never_shown(tmp_path):
    rows = [row | {"comment": "Mr Secret was rude"} for row in ROWS]
    found = one(tmp_path, rows)
    assert not [cell for row in found.rows for cell in row if isinstance(cell, str) and "Secret" in cell]
    answered = next(line for line in lines(found) if line["item"] == "comment")
    assert (answered["answer"], answered["count"].value) == ("Answered in words or figures", 80)


# Quality


def test_quality_counts_responses_and_what_became_of_answers(tmp_path):
    rows = [*ROWS, {"place": "", "q1": "na", "visited": "yes"}]
    found = {
        row[0]: row[1].value for row in one(tmp_path, rows, code="quality", by="place", threshold=0).rows
    }
    assert found["Responses read"] == 81
    assert found["Responses in no domain of place"] == 1
    assert found["Does not apply"] == 1
    # 80 rows with eight answers, the first without its comment; the last row lacks sex and comment.
    assert found["Valid answers"] == 80 * 8 - 1 + 5
    assert found["No answer"] == 1 + 2


def test_quality_shares_are_of_all_answers(tmp_path):
    shares = [row[2].value for row in one(tmp_path, code="quality").rows if row[2].value is not None]
    assert sum(shares) == pytest.approx(100, abs=1e-9)


# Method


def test_the_method_says_wave_design_rule_and_intervals(tmp_path):
    rows = [row | {"w": "1", "N": "900"} for row in ROWS]
    found = one(tmp_path, rows, code="method", stratum="place", weight="w", fpc=("N",), lonely_psu="adjust")
    assert said(found, "Instrument") == "Counter survey (counter@1)"
    assert said(found, "Kind of wave") == "Probability sample"
    assert said(found, "Design") == (
        "weights: w; strata: place; population counts: N; rule for strata with one PSU: its distance from the mean of"
        " all PSUs"
    )
    assert said(found, "Index pooled") == (
        "Satisfied, % of valid answers; aggregated by pooled_answers: all valid answers to the items below are put"
        " together."
    )
    assert said(found, "Intervals").startswith("95%, two-sided. Proportions: Korn-Graubard")
    assert "fewer than 10 answers are suppressed" in said(found, "Small numbers")


def test_the_method_says_which_answers_an_index_counts_instead_of_the_scales(tmp_path):
    instrument = edited(
        ("    aggregate: pooled_answers\n", "    aggregate: pooled_answers\n    satisfied: [5]\n")
    )
    found = one(tmp_path, code="method", instrument=instrument)
    sentence = "Instead of what the scale says, these codes count as satisfied: 5."
    assert [text for _subject, text in found.rows if sentence in text]
    assert not [text for _subject, text in one(tmp_path, code="method").rows if sentence in text]


def test_the_method_of_volunteers_calls_nothing_a_confidence_interval(tmp_path):
    found = one(tmp_path, code="method", wave_kind="volunteer")
    assert "no confidence interval" in said(found, "Intervals")
    assert "Design effect and effective n" not in dict(found.rows)
    assert (
        said(found, "Design") == "No weights, strata or clusters were given: every response counts the same."
    )


def test_the_method_of_a_census_says_what_it_supposes(tmp_path):
    rows = [row | {"N": "900"} for row in ROWS]
    found = one(tmp_path, rows, code="method", wave_kind="census", stratum="place", fpc=("N",))
    assert "supposes that those who did not answer are like those who did" in said(found, "Intervals")


def test_without_a_threshold_the_method_says_that_nothing_is_suppressed(tmp_path):
    assert said(one(tmp_path, code="method", threshold=0), "Small numbers").startswith(
        "No figure is suppressed"
    )


def test_wording_that_is_ours_and_what_is_from_memory_is_said(tmp_path):
    official = "wording: official, "
    changes = [
        (f"{{code: {code}, ", f"{{code: {code}, {official}")
        for code in ("age", "q1", "q2", "q3", "q4", "comment")
    ]
    instrument = edited(*changes, ("{code: q2, wording", "{code: q2, status: M, wording"))
    found = one(tmp_path, code="method", instrument=instrument)
    assert said(found, "Wording") == (
        "The wording of 3 of 9 items is our own and not that of an official form: sex, heard, visited."
    )
    assert said(found, "Not verified") == "Taken from memory and not verified in a source: q2."
    assert said(one(tmp_path, code="method"), "Wording").endswith("official form: all.")


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("P", "The official rule is only partly verified."),
        ("M", "The rule is not verified as the official one."),
    ],
)
def test_a_rule_that_is_not_verified_is_said(tmp_path, status, sentence):
    instrument = edited(
        ("    aggregate: pooled_answers\n", f"    aggregate: pooled_answers\n    status: {status}\n")
    )
    assert said(one(tmp_path, code="method", instrument=instrument), "Index pooled").endswith(sentence)


# Manifest


def test_the_manifest_holds_every_hash_and_option(tmp_path):
    found = dict(one(tmp_path, code="manifest", by="place", weight=None).rows)
    manifest = scored(tmp_path, ROWS, by="place", wave_kind="probability").manifest
    assert set(manifest.values()) <= set(found.values())
    assert (found["Option by"], found["Option weight"], found["Option threshold"]) == ("place", "[z]", "10")
    assert found["Publication date"] == "not published: a working copy"


# What is hidden


def test_the_card_of_a_small_domain_holds_no_number(tmp_path):
    found = cards(tmp_path, [*ROWS, *FEW], by="place", wave_kind="probability")["few"]
    assert figures(found) == []


def test_the_card_of_a_hidden_neighbour_holds_no_number_either(tmp_path):
    found = cards(tmp_path, [*ROWS, *ROWS[:5], *FEW], by="place", wave_kind="probability")
    assert figures(found["01"]) == []
    assert 45 in figures(found["31"])


def test_a_hidden_item_shows_no_count_of_answers_nor_of_missing_kinds(tmp_path):
    rows = [row if k % 40 < 7 else row | {"q1": "na" if k % 2 else ""} for k, row in enumerate(ROWS)]
    found = [line for line in lines(one(tmp_path, rows, by="place", domain="31")) if line["item"] == "q1"]
    assert {line["line"] for line in found} == {"Estimate", "Answer"}
    assert {line["count"] for line in found} == {Figure(None, "c")}
    assert {line["value"] for line in found} == {Figure(None, "c")}


def test_sums_on_the_quality_sheet_leave_hidden_items_out(tmp_path):
    rows = [row if k % 40 < 7 else row | {"q1": "na"} for k, row in enumerate(ROWS)]
    found = one(tmp_path, rows, by="place", domain="31", code="quality")
    shown = [line for line in lines(one(tmp_path, rows, by="place", domain="31")) if line["line"] == "Answer"]
    valid = sum(line["count"].value for line in shown if line["count"].value is not None)
    assert {row[0]: row[1].value for row in found.rows}["Valid answers"] == valid
    # Two items of its node go with it: from the node and all others but one it could be solved for.
    assert found.remarks[1] == "Answers to items that are suppressed are left out: q1, q2, q3."


def test_every_table_speaks_vietnamese(tmp_path):
    english = cards(tmp_path, [*ROWS, *FEW], by="place", wave_kind="probability")
    vietnamese = cards(tmp_path, [*ROWS, *FEW], by="place", wave_kind="probability", language="vi")
    for domain, card in vietnamese.items():
        for ours, theirs in zip(card.tables, english[domain].tables, strict=True):
            assert ours.tab != theirs.tab
            assert ours.title != theirs.title
            headers = [{column.header for column in one.columns} for one in (ours, theirs)]
            assert not headers[0] & headers[1]
