"""Routing for somebody with a pen, and the keys beside the boxes."""

from __future__ import annotations

import pytest

from app.services.printing.conditions import Words, next_after
from app.services.printing.forms import form_of
from surveys.entry_keys import entry_keys
from surveys.loading import load, shipped
from surveys.routing import asked
from tests.respond.instruments import NINE, RATING, YES_NO, item, made_of, section, three_sections


def said(condition: str, language: str = "en") -> str:
    asked_after = made_of(
        section(
            "all",
            item("first", options=YES_NO),
            item("many", type="multi", options=[*RATING, NINE]),
            item("count", type="number"),
            item("last", type="text", show_if=condition),
        )
    )
    numbers = {each.code: place for place, each in enumerate(asked_after.items, start=1)}
    return Words(asked_after, numbers, language).only_if(condition)


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("first == 'yes'", "Answer only if your answer to question 1 is “Yes”."),
        ("not first == 'yes'", "Answer only if your answer to question 1 is not “Yes”."),
        ("first in ['yes', 'no']", "Answer only if your answer to question 1 is “Yes” or “No”."),
        ("'9' in many", "Answer only if “Nine” is among your answers to question 2."),
        ("count >= 3", "Answer only if question 3 is at least 3."),
        (
            "count >= 3 and (first == 'yes' or '9' in many)",
            "Answer only if question 3 is at least 3 and (your answer to question 1 is “Yes” or “Nine” is among "
            "your answers to question 2).",
        ),
    ],
)
def test_a_condition_reads_as_a_sentence(condition, words):
    assert said(condition) == words


def test_a_condition_reads_in_vietnamese():
    assert said("first == 'yes'", "vi") == "Chỉ trả lời nếu câu 1 trả lời là “Có”."


def test_an_answer_that_closes_what_follows_leads_past_it():
    instrument = three_sections()
    first = instrument.item("visited")
    # A free text stands between, so nothing is passed over by the answer alone.
    assert next_after(instrument, first, "no") is None
    routed = made_of(
        section("start", item("visited", options=YES_NO)),
        section(
            "visit", item("seats", options=RATING), item("sign", options=RATING), show_if="visited == 'yes'"
        ),
        section("end", item("words", type="text")),
    )
    assert next_after(routed, routed.item("visited"), "no") == "words"
    assert next_after(routed, routed.item("visited"), "yes") is None


def test_an_answer_that_closes_all_leads_to_the_end():
    routed = made_of(
        section(
            "all", item("visited", options=YES_NO), item("seats", options=RATING, show_if="visited == 'yes'")
        )
    )
    assert next_after(routed, routed.item("visited"), "no") == ""
    option = form_of(routed, "en", "North").sections[0].items[0].options[1]
    assert option.go_to == "go to the end"


@pytest.mark.parametrize("name", sorted(shipped()))
def test_no_arrow_leads_past_a_question_that_may_be_asked(name):
    instrument = load(shipped()[name])
    order = [one.code for one in instrument.items]
    for one in instrument.items:
        if one.type != "choice":
            continue
        for option in instrument.options(one):
            target = next_after(instrument, one, option.code)
            if target is None:
                continue
            passed = order[order.index(one.code) + 1 : order.index(target) if target else None]
            assert passed
            assert not asked(instrument, {one.code: option.code}).intersection(passed)


def test_short_codes_are_their_own_keys_and_long_ones_are_counted():
    instrument = made_of(
        section(
            "all",
            item("rated", options=RATING),
            item("said", options=YES_NO),
            item("dated", options=[{"code": "200", "label": {"vi": "A", "en": "A"}}, NINE]),
        )
    )
    assert entry_keys(instrument, instrument.item("rated")) == {"1": "1", "2": "2", "na": "na"}
    assert entry_keys(instrument, instrument.item("said")) == {"yes": "1", "no": "2"}
    assert entry_keys(instrument, instrument.item("dated")) == {"200": "200", "9": "9"}


@pytest.mark.parametrize("name", sorted(shipped()))
def test_no_two_boxes_of_a_shipped_item_share_a_key(name):
    instrument = load(shipped()[name])
    for one in instrument.items:
        keys = entry_keys(instrument, one)
        assert len(set(keys.values())) == len(keys) == len(instrument.options(one))
