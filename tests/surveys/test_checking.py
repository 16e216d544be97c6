"""Every rule of the format has a tiny wrong instrument; each is found alone, with its line and item.

The faulty line carries the comment `# wrong: SECTION ITEM`, with - where there is none.
"""

from __future__ import annotations

import re

import pytest

from surveys.loading import load, loads
from surveys.problems import SENTENCES, InstrumentError, Problem
from tests.surveys.instruments import HEAD, INSTRUMENTS, WRONG

# A comment is not possible in these: they are written by the tests of loading and structure.
WITHOUT_FILE = {
    "file_missing",
    "file_is_folder",
    "file_unreadable",
    "file_empty",
    "file_too_large",
    "not_utf8",
    "not_valid",
}


def problems(text: str) -> tuple[Problem, ...]:
    with pytest.raises(InstrumentError) as refused:
        loads(text, "wrong.yaml")
    return refused.value.problems


def rule(stem: str) -> str:
    """`duplicate_option_as_number` is a further fixture of the rule `duplicate_option`."""
    return max((code for code in SENTENCES if f"{stem}_".startswith(f"{code}_")), key=len)


@pytest.mark.parametrize("stem", WRONG)
def test_a_wrong_instrument_has_exactly_its_one_problem(stem):
    text = WRONG[stem].read_text(encoding="utf-8")
    (place,) = re.finditer(r"# wrong: (\S+) (.+)$", text, re.MULTILINE)
    section, item = (None if word == "-" else word for word in place.groups())

    with pytest.raises(InstrumentError) as refused:
        load(WRONG[stem])

    (problem,) = refused.value.problems
    line = text.count("\n", 0, place.start()) + 1
    assert (problem.code, problem.line, problem.section, problem.item) == (rule(stem), line, section, item)
    assert problem.file == str(WRONG[stem])


def test_every_rule_has_a_wrong_instrument():
    assert {rule(stem) for stem in WRONG} == set(SENTENCES) - WITHOUT_FILE


@pytest.mark.parametrize("stem", WRONG)
def test_a_problem_is_one_sentence(stem):
    with pytest.raises(InstrumentError) as refused:
        load(WRONG[stem])

    (problem,) = refused.value.problems
    assert "\n" not in problem.message
    assert problem.message[0].isupper() or problem.message[0] in "'`"
    assert problem.message[-1] in ".?"


def test_five_faults_in_one_file_are_all_reported_in_its_order():
    found = problems(
        HEAD
        + """scales:
  agree:
    options:
      - {code: 1, label: {en: Agree}, value: 1}
      - {code: 0, label: {en: Disagree}}
    satisfied: [1]
sections:
  - code: main
    title: {en: Main}
    items:
      - {code: q1, scale: agree, text: {en: Was it quick?}, colour: red}
      - {code: q2, scale: agreed, text: {en: Was it fair?}}
      - {code: q3, type: text, text: {en: Why?}, show_if: q4 == 'x'}
indices:
  - {code: service, title: {en: Service}, score: top_box, aggregate: pooled_answers, items: [q1, q9]}
"""
    )

    assert [(problem.line, problem.code, problem.item) for problem in found] == [
        (12, "unvalued_option", None),
        (18, "unknown_key", "q1"),
        (19, "unknown_scale", "q2"),
        (20, "condition_unknown_item", "q3"),
        (22, "unknown_item", None),
    ]


def test_the_error_lists_file_line_section_and_item_of_every_problem():
    with pytest.raises(InstrumentError) as refused:
        loads(WRONG["unknown_scale"].read_text(encoding="utf-8"), "own.yaml")

    assert str(refused.value) == (
        "own.yaml:22: section main, item q1: There is no scale 'agreed'; did you mean 'agree'?"
    )


def test_a_fault_of_shape_is_not_echoed_by_the_rules_that_look_at_the_same_part():
    # Without its scale's `satisfied`, misspelt here, the index could not be scored: that is no second fault.
    found = problems(
        HEAD
        + """scales:
  agree:
    options:
      - {code: 1, label: {en: Agree}, value: 1}
      - {code: 0, label: {en: Disagree}, value: 0}
    satisfeid: [1]
sections:
  - code: main
    title: {en: Main}
    items:
      - {code: q1, scale: agree, text: {en: Was it quick?}}
indices:
  - {code: service, title: {en: Service}, score: top_box, aggregate: pooled_answers, items: [q1]}
"""
    )

    assert [problem.code for problem in found] == ["unknown_key"]


def test_a_bad_code_hides_no_other_unknown_item():
    found = problems(
        HEAD
        + """sections:
  - code: main
    title: {en: Main}
    items:
      - {code: Q1, type: text, text: {en: Why?}}
      - {code: q2, type: text, text: {en: And then?}, show_if: q9 == 'x'}
"""
    )

    assert [problem.code for problem in found] == ["bad_code", "condition_unknown_item"]
    assert "misshapen" not in str(found)


def test_a_child_may_score_otherwise_where_children_are_averaged():
    text = (INSTRUMENTS / "right" / "index_mean_of_children.yaml").read_text(encoding="utf-8")

    assert loads(text, "own.yaml").indices[0].children[1].score == "mean_100"


def test_a_coefficient_counts_below_an_averaging_node_only():
    text = (INSTRUMENTS / "right" / "index_mean_of_children.yaml").read_text(encoding="utf-8")

    found = problems(text.replace("mean_of_children", "mean_of_items").replace("score: mean_100, ", ""))

    assert [problem.code for problem in found] == ["coefficient_unused", "coefficient_unused"]
