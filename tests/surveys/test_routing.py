from __future__ import annotations

from surveys.routing import asked, route, valid_answer
from tests.surveys.instruments import right, with_items


def test_items_without_a_condition_are_always_asked():
    assert asked(right("shared_scale"), {}) == {"q1", "q2", "q3"}


def test_an_item_is_asked_where_its_condition_holds():
    instrument = right("show_if_item")

    assert asked(instrument, {"visited": "no"}) == {"visited", "reason"}
    assert asked(instrument, {"visited": "yes"}) == {"visited"}
    assert asked(instrument, {}) == {"visited"}


def test_a_hidden_section_hides_its_items_whatever_their_own_conditions():
    instrument = right("show_if_section")

    assert asked(instrument, {"visited": "yes", "wait": "45"}) == {"visited", "wait", "long"}
    assert asked(instrument, {"visited": "yes", "wait": "10"}) == {"visited", "wait"}
    assert asked(instrument, {"visited": "no"}) == {"visited"}


def test_an_answer_to_a_hidden_item_steers_nothing():
    instrument = right("show_if_section")

    assert "long" not in asked(instrument, {"visited": "no", "wait": "45"})


def test_an_option_that_stands_for_a_missing_answer_makes_a_comparison_false():
    instrument = with_items(
        "{code: q1, text: {en: Good?}, options: [{code: a, label: {en: A}}, "
        "{code: na, label: {en: B}, missing: not_applicable}]}",
        "{code: q2, type: text, text: {en: Why?}, show_if: \"q1 != 'a'\"}",
        "{code: q3, type: text, text: {en: Why?}, show_if: \"not q1 == 'a'\"}",
    )

    assert asked(instrument, {"q1": "na"}) == {"q1", "q3"}


def test_an_answer_that_is_no_option_makes_a_comparison_false():
    instrument = with_items(
        "{code: q1, text: {en: Good?}, options: [{code: a, label: {en: A}}, {code: b, label: {en: B}}]}",
        "{code: q2, type: text, text: {en: Why?}, show_if: \"q1 != 'a'\"}",
    )

    assert asked(instrument, {"q1": "b"}) == {"q1", "q2"}
    assert asked(instrument, {"q1": "c"}) == {"q1"}


def test_a_multi_answer_is_valid_by_its_options_that_stand_for_something():
    instrument = right("multi")
    item = instrument.item("q1")

    assert valid_answer(instrument, item, ("tv", "none")) == ("tv",)
    assert valid_answer(instrument, item, ("none",)) is None


def test_a_route_asks_for_the_answers_of_shown_items_only():
    wanted = []

    def answer_to(item):
        wanted.append(item.code)
        return {"visited": "no"}.get(item.code)

    steps = [(item.code, shown) for item, shown in route(right("show_if_section"), answer_to)]

    assert steps == [("visited", True), ("wait", False), ("long", False)]
    assert wanted == ["visited"]
