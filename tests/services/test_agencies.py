"""Agencies over time: what an import refuses, and that changes never rewrite an earlier day."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest

from app.models import Agency
from app.queries.agencies import get_agency, get_tree, list_agencies
from app.queries.errors import NotFound
from app.services.agencies import (
    AgenciesRefused,
    AgencyRow,
    ChangeRefused,
    import_agencies,
    merge_agency,
    move_agency,
    rename_agency,
)
from app.services.agencies.changing import apply
from tests.factories import BEGIN, make_agencies

DAY = timedelta(days=1)
LATER = date(2026, 1, 1)


def agency(code, **changes):
    given = {"kind": "commune", "names": {"vi": f"Xã {code}"}, "valid_from": BEGIN}
    return AgencyRow(code=code, **given | changes)


def refused(*rows):
    with pytest.raises(AgenciesRefused) as caught:
        import_agencies(rows)
    return [(problem.row, problem.agency, problem.rule) for problem in caught.value.problems]


def test_agencies_are_created_with_names_and_parents(data):
    created = make_agencies()

    assert list(created) == ["north", "north-1", "north-2", "south", "south-1"]
    assert get_agency("north-1").parents[0].parent.code == "north"
    assert {name.language: name.name for name in get_agency("north").names} == {
        "vi": "Tỉnh Bắc",
        "en": "North Province",
    }


def test_a_parent_may_stand_after_its_children(data):
    import_agencies([agency("a", parent="b"), agency("b")])

    assert get_tree(BEGIN).children("b") == ("a",)


def test_a_parent_may_be_there_already(data):
    make_agencies()
    import_agencies([agency("north-3", parent="north")])

    assert get_tree(BEGIN).children("north") == ("north-1", "north-2", "north-3")


def test_a_code_that_looks_like_a_number_stays_as_it_is(data):
    import_agencies([agency("01")])

    assert get_agency("01").code == "01"
    with pytest.raises(NotFound):
        get_agency("1")


def test_names_are_stored_in_composed_letters_without_stray_blanks(data):
    import_agencies([agency("a", names={"vi": "  Xa\u0303  Ba\u0300n "})])

    assert get_agency("a").names[0].name == "Xã Bàn"


def test_every_problem_of_every_row_is_reported_at_once_and_nothing_is_created(data):
    make_agencies()

    assert refused(
        agency("north"),
        agency("a b"),
        agency("kind", kind="kingdom"),
        agency("nameless", names={"vi": " "}),
        agency("short", valid_to=BEGIN),
        agency("twice"),
        agency("twice"),
        agency("lost", parent="nowhere"),
        agency("early", parent="north", valid_from=BEGIN - DAY),
        agency("outlives", parent="short-lived"),
        agency("short-lived", valid_to=LATER),
        agency("round", parent="about"),
        agency("about", parent="round"),
        agency("self", parent="self"),
        agency("heirless", merged_into="nobody", valid_to=LATER),
        agency("endless", merged_into="north"),
        agency("right", parent="north"),
    ) == [
        (1, "north", "code_taken"),
        (2, "a b", "code"),
        (3, "kind", "kind"),
        (4, "nameless", "name"),
        (5, "short", "dates"),
        (7, "twice", "duplicate_code"),
        (8, "lost", "unknown_parent"),
        (9, "early", "parent_dates"),
        (10, "outlives", "parent_dates"),
        (12, "round", "cycle"),
        (13, "about", "cycle"),
        (14, "self", "cycle"),
        (15, "heirless", "unknown_heir"),
        (16, "endless", "dates"),
    ]
    assert len(list_agencies()) == 5


def test_a_problem_names_its_row_and_says_what_to_do(data):
    with pytest.raises(AgenciesRefused) as caught:
        import_agencies([agency("a"), agency("b", parent="c")])

    assert str(caught.value) == (
        "Row 2, agency b: its parent c is neither in the list nor known; add it or correct the code."
    )


def test_an_agency_below_a_circle_is_not_blamed_for_it(data):
    assert refused(agency("leaf", parent="a"), agency("a", parent="b"), agency("b", parent="a")) == [
        (2, "a", "cycle"),
        (3, "b", "cycle"),
    ]


def test_a_code_is_not_reused_after_its_agency_has_ended(data):
    import_agencies([agency("old", valid_to=LATER)])

    assert refused(agency("old", valid_from=LATER)) == [(1, "old", "code_taken")]


def test_a_new_name_leaves_the_old_one_to_its_days(data):
    make_agencies()
    rename_agency("north", {"vi": "Thành phố Bắc"}, LATER)

    assert get_tree(LATER - DAY).label("north", "vi") == "Tỉnh Bắc"
    assert get_tree(LATER).label("north", "vi") == "Thành phố Bắc"
    assert get_tree(LATER).label("north", "en") == "North Province"


def test_a_move_leaves_the_old_parent_to_its_days(data):
    make_agencies()
    move_agency("north-2", "south", LATER)

    assert get_tree(LATER - DAY).path("north-2") == ("north", "north-2")
    assert get_tree(LATER).path("north-2") == ("south", "north-2")


def test_an_agency_can_become_a_root(data):
    make_agencies()
    move_agency("north-2", None, LATER)

    assert get_tree(LATER).roots == ("north", "north-2", "south")


def test_a_merger_ends_one_agency_and_gives_its_children_to_the_other(data):
    make_agencies()
    merge_agency("south", "north", LATER)

    assert get_tree(LATER - DAY).branch("south") == ("south", "south-1")
    after = get_tree(LATER)
    assert "south" not in after
    assert after.branch("north") == ("north", "north-1", "north-2", "south-1")
    ended: Agency = get_agency("south")
    assert (ended.valid_to, ended.merged_into.code) == (LATER, "north")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda: move_agency("north", "north-1", LATER), "north-1 stands below it"),
        (lambda: move_agency("north", "north", LATER), "north stands below it"),
        (lambda: move_agency("north-1", "south", BEGIN), "has a parent from"),
        (lambda: move_agency("north-1", "south", BEGIN - DAY), "does not exist on"),
        (lambda: merge_agency("north", "north-1", LATER), "stands below it"),
        (lambda: merge_agency("north", "north", LATER), "stands below it"),
        (lambda: merge_agency("north", "south", BEGIN), "begins on"),
        (lambda: rename_agency("north", {"vi": "Mới"}, BEGIN), "has a name in vi from"),
        (lambda: rename_agency("north", {"vi": "  "}, LATER), "name in vi is empty"),
    ],
)
def test_a_change_that_makes_no_tree_or_rewrites_the_past_is_refused(data, change, sentence):
    make_agencies()

    with pytest.raises(ChangeRefused, match=sentence):
        change()
    assert get_tree(LATER).branch("north") == ("north", "north-1", "north-2")
    assert get_tree(LATER).label("north", "vi") == "Tỉnh Bắc"


def test_a_move_that_would_close_a_circle_later_is_refused(data):
    make_agencies()
    move_agency("south", "north-1", LATER + 100 * DAY)

    with pytest.raises(ChangeRefused, match="south stands below it on 2026-04-11"):
        move_agency("north", "south", LATER)


def test_a_parent_that_ends_before_its_child_is_refused(data):
    make_agencies()
    import_agencies([agency("brief", valid_to=LATER + 10 * DAY)])

    with pytest.raises(ChangeRefused, match="brief ends before it does"):
        move_agency("north-1", "brief", LATER)


def test_an_unknown_agency_cannot_be_changed(data):
    with pytest.raises(NotFound, match="There is no agency nowhere"):
        move_agency("nowhere", None, LATER)


def test_two_moves_at_once_close_no_circle(data):
    make_agencies()
    told = []

    def other_way():
        with data.app_context():
            try:
                move_agency("south", "north", LATER)
            except ChangeRefused as refused:
                told.append(str(refused))

    other = threading.Thread(target=other_way)

    def step(register):
        register.move("north", "south", LATER)
        other.start()
        other.join(0.5)  # it has to wait for this change

    apply(step)
    other.join(30)
    assert len(told) == 1
    assert "south stands below it" in told[0] or "north stands below it" in told[0]
    assert get_tree(LATER).children("south") == ("north", "south-1")
