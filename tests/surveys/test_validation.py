from __future__ import annotations

import pytest

from surveys.instrument import Item
from surveys.validation import AnswerProblem, Checked, check, check_item, clean
from tests.surveys.instruments import right, with_items

NUMBER = with_items("{code: q1, type: number, text: {en: How many?}}")
DATE = right("date")
TEXT = right("minimal")


def outcome(instrument, *values):
    """The clean answer to q1, or the code of what is wrong with it."""
    answer, problem = check_item(instrument, instrument.item("q1"), values)
    assert answer is None or problem is None
    return problem.code if problem else answer


def test_good_answers_come_out_clean():
    checked = check(right("shared_scale"), {"q1": ["3"], "q2": [" dk "], "q3": [""]})

    assert checked == Checked(answers={"q1": "3", "q2": "dk"})


def test_an_item_may_be_left_out():
    assert outcome(right("shared_scale")) is None
    assert outcome(right("shared_scale"), "", "  ") is None


def test_a_required_item_may_not_be_left_out():
    assert outcome(right("required")) == "required"
    assert outcome(right("required"), " \n") == "required"
    assert check(right("required"), {}).problems == (AnswerProblem("q1", "required"),)


def test_a_choice_must_be_one_of_the_options():
    assert outcome(right("shared_scale"), "3") == "3"
    assert outcome(right("shared_scale"), "4") == "not_an_option"
    assert outcome(right("shared_scale"), "3.0") == "not_an_option"
    assert outcome(right("shared_scale"), "Agree") == "not_an_option"


@pytest.mark.parametrize("instrument", [right("shared_scale"), TEXT, NUMBER, DATE])
def test_an_item_of_one_answer_takes_one_value(instrument):
    assert outcome(instrument, "3", "1") == "too_many_values"


def test_a_text_instead_of_a_list_is_one_value():
    assert check(right("shared_scale"), {"q1": "dk"}).answers == {"q1": "dk"}


def test_several_choices_come_out_once_each_in_the_order_of_the_instrument():
    assert outcome(right("multi"), "web", "tv", "web") == ("tv", "web")
    assert outcome(right("multi"), "none") == ("none",)
    assert outcome(right("multi"), "tv", "radio") == "not_an_option"


def test_several_choices_have_at_most_their_maximum():
    assert outcome(right("multi_at_most"), "time", "cost") == ("time", "cost")
    problem = check_item(right("multi_at_most"), right("multi_at_most").items[0], ["time", "cost", "care"])[1]
    assert problem == AnswerProblem("q1", "too_many_values", {"limit": 2})


def test_an_option_that_stands_for_a_missing_answer_is_chosen_alone():
    _, problem = check_item(right("multi"), right("multi").items[0], ["tv", "none"])

    assert problem == AnswerProblem("q1", "exclusive_option", {"option": "none"})


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("12", "12"),
        ("1,5", "1.5"),
        ("1.5", "1.5"),
        ("-3", "-3"),
        ("+3", "3"),
        ("007", "7"),
        ("1.50", "1.5"),
        ("0,125", "0.125"),
        ("1234.500", "1234.5"),
        ("-0", "0"),
        ("10", "10"),
        ("1000000000000000", "1000000000000000"),
    ],
)
def test_a_number_is_stored_in_one_spelling(written, stored):
    assert outcome(NUMBER, written) == stored


@pytest.mark.parametrize("written", ["1.000", "1,000", "12.345", "-999,999"])
def test_a_number_that_may_be_thousands_or_a_fraction_is_not_guessed(written):
    assert outcome(NUMBER, written) == "ambiguous_number"


@pytest.mark.parametrize("written", ["many", "1e3", "1.2.3", "1 000", "0x10", "nan", "inf", ".", "١٢", "--1"])
def test_what_is_no_number_is_refused(written):
    assert outcome(NUMBER, written) == "not_a_number"


def test_a_number_has_limits():
    assert outcome(right("number_at_most"), "120") == "120"
    _, problem = check_item(right("number_at_most"), right("number_at_most").items[0], ["120.5"])
    assert problem == AnswerProblem("q1", "too_large", {"limit": "120"})
    assert outcome(NUMBER, "1000000000000001") == "too_large"
    assert outcome(NUMBER, "-" + "9" * 20) == "too_small"


@pytest.mark.parametrize("written", ["2025-12-31", "31/12/2025", "31-12-2025", "31.12.2025", "2025-12-31 "])
def test_a_date_is_stored_as_year_month_day(written):
    assert outcome(DATE, written) == "2025-12-31"


@pytest.mark.parametrize(
    "written", ["2025-02-30", "12/31/2025", "31/12/25", "yesterday", "1025-01-01", "2025"]
)
def test_what_is_no_date_of_our_time_is_refused(written):
    assert outcome(DATE, written) == "not_a_date"


def test_a_text_loses_what_cannot_be_stored_and_keeps_its_lines():
    assert outcome(TEXT, "  Tốt\r\nlắm\x00\t\x07! \ud800") == "Tốt\nlắm !"


def test_a_text_is_composed():
    assert outcome(TEXT, "Hài lòng") == "Hài lòng"


def test_markup_is_text_like_any_other():
    assert outcome(TEXT, "<script>alert('1')</script>") == "<script>alert('1')</script>"


def test_a_text_has_a_longest_length():
    assert outcome(TEXT, "đ" * 2000) == "đ" * 2000
    _, problem = check_item(TEXT, TEXT.items[0], ["đ" * 2001])
    assert problem == AnswerProblem("q1", "too_long", {"limit": 2000, "length": 2001})


def test_the_instrument_may_set_another_length():
    assert outcome(right("text_at_most"), "0123456789") == "0123456789"
    assert outcome(right("text_at_most"), "0123456789a") == "too_long"


def test_a_line_end_counts_as_one_character():
    assert outcome(right("text_at_most"), "0123\r\n56789") == "0123\n56789"


@pytest.mark.parametrize("kind", ["file", "rated_agency"])  # no list of agencies is passed here
def test_a_type_that_cannot_be_answered_is_never_accepted_in_silence(kind):
    item = Item(code="q1", text={"en": "Photo"}, type=kind)

    assert check_item(TEXT, item, ["photo.jpg"])[1] == AnswerProblem("q1", "type_not_offered")


def test_a_hidden_answer_is_dropped_unseen():
    checked = check(right("show_if_item"), {"visited": ["yes"], "reason": ["x" * 5000]})

    assert checked == Checked(answers={"visited": "yes"}, dropped=("reason",))


def test_a_hidden_blank_is_not_called_dropped():
    assert check(right("show_if_item"), {"visited": ["yes"], "reason": [""]}).dropped == ()


def test_a_hidden_required_item_is_not_missed():
    instrument = with_items(
        "{code: q1, text: {en: Good?}, options: [{code: a, label: {en: A}}, {code: b, label: {en: B}}]}",
        "{code: q2, type: text, required: true, text: {en: Why?}, show_if: \"q1 == 'b'\"}",
    )

    assert check(instrument, {"q1": ["a"]}).problems == ()
    assert check(instrument, {"q1": ["b"]}).problems == (AnswerProblem("q2", "required"),)


def test_an_answer_with_a_problem_shows_nothing_that_depends_on_it():
    checked = check(right("show_if_section"), {"visited": ["yes"], "wait": ["long"], "long": ["no staff"]})

    assert checked.problems == (AnswerProblem("wait", "not_a_number"),)
    assert checked.dropped == ("long",)
    assert checked.answers == {"visited": "yes"}


def test_keys_that_are_no_item_are_reported():
    checked = check(right("minimal"), {"q1": ["x"], "q2": ["y"], "is_admin": ["1"]})

    assert checked.unknown == ("q2", "is_admin")
    assert checked.answers == {"q1": "x"}


def test_every_problem_is_reported_in_the_order_of_the_instrument():
    checked = check(right("shared_scale"), {"q3": ["x"], "q1": ["9"], "q2": ["3"]})

    assert [problem.item for problem in checked.problems] == ["q1", "q3"]
    assert checked.answers == {"q2": "3"}


def test_clean_leaves_plain_text_alone():
    assert clean("Nguyễn 1-2, (a)") == "Nguyễn 1-2, (a)"
