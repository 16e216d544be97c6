"""Quality flags: what each says, and what it does not say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from surveys import quality
from surveys.quality import Earlier, Occasion, flags_of_earlier, flags_of_form, in_order
from tests.factories import instrument
from tests.respond.instruments import item, made_of, section

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=timezone(timedelta(hours=7)))
HOURS = {"mon": [["07:30", "11:30"], ["13:30", "17:00"]]}

SCALE = [
    {"code": str(step), "label": {"vi": f"Mức {step}", "en": f"Step {step}"}, "value": step}
    for step in range(1, 6)
]
NOT_APPLICABLE = {"code": "na", "label": {"vi": "Không", "en": "Not"}, "missing": "not_applicable"}


def battery(count, reversed_items=0):
    """So many scored items with the same five options, the last ones asked the other way round."""
    items = [
        item(
            f"q{number}",
            role="score",
            options=[*SCALE, NOT_APPLICABLE],
            reverse=number > count - reversed_items,
        )
        for number in range(1, count + 1)
    ]
    return made_of(section("all", *items))


def same(count, code="5"):
    return {f"q{number}": code for number in range(1, count + 1)}


def taking(seconds, mode="kiosk", **more):
    return Occasion(mode, MONDAY - timedelta(seconds=seconds), MONDAY, **more)


def test_an_answer_given_in_less_than_a_second_per_item_is_fast():
    asked, answers = battery(6), same(6)

    assert "fast" in flags_of_form(asked, answers, taking(5.9))
    assert "fast" not in flags_of_form(asked, answers, taking(6))


def test_only_items_that_were_answered_count_for_the_time():
    assert "fast" not in flags_of_form(battery(6), same(2), taking(2))
    assert flags_of_form(battery(6), {}, taking(0)) == frozenset()


@pytest.mark.parametrize(
    "occasion",
    [
        Occasion("kiosk", None, MONDAY),
        Occasion("kiosk", MONDAY, None),
        Occasion("kiosk", MONDAY + timedelta(seconds=1), MONDAY),
        Occasion("paper", MONDAY, MONDAY),
        Occasion("import", MONDAY, MONDAY),
    ],
)
def test_a_time_that_is_not_known_or_not_the_respondents_gives_no_flag(occasion):
    assert "fast" not in flags_of_form(battery(6), same(6), occasion)


def test_the_same_option_ten_times_is_a_straight_line():
    assert "straight_line" in flags_of_form(battery(10), same(10), taking(60))
    assert "straight_line" not in flags_of_form(battery(9), same(9), taking(60))


def test_one_other_answer_breaks_the_line():
    assert "straight_line" not in flags_of_form(battery(10), same(10) | {"q4": "4"}, taking(60))


def test_with_reversed_items_four_are_enough_because_they_contradict_each_other():
    assert "straight_line" in flags_of_form(battery(4, 1), same(4), taking(60))
    assert "straight_line" not in flags_of_form(battery(4, 4), same(4), taking(60))
    assert "straight_line" not in flags_of_form(battery(3, 1), same(3), taking(60))


def test_what_stands_for_no_answer_and_what_is_not_scored_makes_no_line():
    assert "straight_line" not in flags_of_form(battery(10), same(10, "na"), taking(60))
    profile = made_of(section("all", *(item(f"q{number}", options=SCALE) for number in range(1, 11))))
    assert "straight_line" not in flags_of_form(profile, same(10), taking(60))


@pytest.mark.parametrize(
    ("at", "flagged"),
    [("07:29", True), ("07:30", False), ("11:30", False), ("12:00", True), ("17:00", False), ("17:01", True)],
)
def test_an_answer_outside_the_counters_hours_is_after_hours(at, flagged):
    sent = MONDAY.replace(hour=int(at[:2]), minute=int(at[3:]))

    found = flags_of_form(battery(2), same(2), Occasion("kiosk", None, sent, HOURS))

    assert ("after_hours" in found) is flagged


def test_a_day_without_hours_is_closed_and_unknown_hours_say_nothing():
    tuesday = MONDAY + timedelta(days=1)

    assert "after_hours" in flags_of_form(battery(2), same(2), Occasion("qr", None, tuesday, HOURS))
    assert "after_hours" not in flags_of_form(battery(2), same(2), Occasion("qr", None, tuesday, None))
    assert "after_hours" not in flags_of_form(battery(2), same(2), Occasion("qr", None, None, HOURS))


def test_an_invitation_is_answered_at_home_and_knows_no_hours():
    night = MONDAY.replace(hour=23)

    assert "after_hours" not in flags_of_form(battery(2), same(2), Occasion("invitation", None, night, HOURS))


def test_many_answers_before_make_a_burst_and_the_same_ones_a_run():
    few, many = quality.BURST_ANSWERS - 2, quality.BURST_ANSWERS - 1
    assert flags_of_earlier("kiosk", Earlier(behind_link=few)) == frozenset()
    assert flags_of_earlier("kiosk", Earlier(behind_link=many)) == {"burst"}
    assert flags_of_earlier("paper", Earlier(behind_link=many)) == frozenset()
    assert flags_of_earlier("kiosk", Earlier(same_on_device=quality.RUN_ANSWERS - 1)) == {"device_run"}


def test_flags_stand_in_one_order_whatever_order_they_came_in():
    assert in_order({"unknown_device", "fast"}) == in_order(["fast", "unknown_device", "fast"])
    assert in_order(reversed(quality.FLAGS)) == quality.FLAGS
    with pytest.raises(ValueError, match="slow"):
        in_order({"slow"})


def test_the_published_rule_names_every_flag_and_every_constant():
    page = (Path(__file__).parents[2] / "docs" / "quality-flags.md").read_text(encoding="utf-8")

    assert f"rule {quality.QUALITY_RULE}" in page
    for flag in quality.FLAGS:
        assert f"`{flag}`" in page
    for constant in (
        f"{quality.SECONDS_PER_ITEM:.0f} second per answered item",
        f"{quality.STRAIGHT_ITEMS} scored answers",
        f"{quality.STRAIGHT_ITEMS_REVERSED} where",
        f"{quality.BURST_ANSWERS}th answer behind one link within {quality.BURST_WITHIN.seconds // 60} minutes",
        f"{quality.RUN_ANSWERS}th answer in a row",
        f"within {quality.RUN_WITHIN.seconds // 60} minutes",
    ):
        assert constant in page


def test_times_of_any_zone_are_compared():
    occasion = Occasion("kiosk", (MONDAY - timedelta(seconds=2)).astimezone(UTC), MONDAY)

    assert "fast" in flags_of_form(instrument(), {"visited": "yes", "seats": "3", "polite": "2"}, occasion)
