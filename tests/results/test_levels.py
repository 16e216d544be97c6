"""Which agencies a page shows: one level, or what fulfils the conditions, and of that a page."""

from __future__ import annotations

import pytest

from app.queries.errors import NotFound
from app.queries.releases import get_release
from app.results.wanting import bound_of, wanted_of
from app.services import overview as levels
from app.services.overview import Wanted, overview


@pytest.fixture
def release(office):
    with office.app_context():
        yield get_release("citizens", "2026")


def seen(release, tops=None, **wanted):
    return overview(release, "vi", Wanted(**wanted), tops)


def codes(lines):
    return [line.code for line in lines]


def test_without_a_branch_the_top_of_the_tree_is_shown(release):
    found = seen(release)

    assert codes(found.lines) == ["north", "south"]
    assert found.head is found.above is None
    assert (found.found, found.of_level, found.pages) == (2, 2, 1)


def test_a_branch_shows_those_right_below_it_beside_its_own_figure(release):
    found = seen(release, branch="north")

    assert codes(found.lines) == ["north-1", "north-2", "north-3"]
    assert found.head.code == found.above.code == "north"
    assert [line.inner for line in found.lines] == [False, False, False]


@pytest.mark.parametrize("typed", ["bắc một", "Bac Mot", "  BẮC   MỘT ", "north-1", "NORTH-1"])
def test_a_name_is_found_anywhere_below_however_it_is_typed(release, typed):
    (line,) = seen(release, name=typed).lines

    assert (line.code, line.place) == ("north-1", "Tỉnh Bắc")


def test_a_name_is_looked_for_in_the_branch_only(release):
    assert codes(seen(release, name="xã").lines) == ["north-1", "north-3", "south-1"]
    assert codes(seen(release, name="xã", branch="south").lines) == ["south-1"]


def test_only_those_with_a_remark(release):
    flagged = seen(release, branch="north", flagged=True)

    assert "north-2" in codes(flagged.lines)
    assert all(line.rows["service"].flag for line in flagged.lines)
    assert 0 < flagged.found < flagged.of_level


def test_an_interval_must_lie_on_one_side_as_a_whole(release):
    (shown,) = [line for line in seen(release, branch="north").lines if line.rows["service"].low.value]
    low, high = shown.rows["service"].low.value, shown.rows["service"].high.value

    for side, inside, outside in (("above", low - 0.01, low), ("below", high + 0.01, high)):
        assert codes(seen(release, branch="north", side=side, bound=inside).lines) == [shown.code]
        assert seen(release, branch="north", side=side, bound=outside).found == 0


def test_what_has_no_interval_lies_on_no_side(release):
    assert codes(seen(release, side="above", bound=0.0).lines) == ["north"]
    assert codes(seen(release, side="below", bound=100.0).lines) == ["north"]


def test_one_kind_of_agency(release):
    assert seen(release, branch="north").kinds == ("commune", "ward")
    assert codes(seen(release, branch="north", kind="ward").lines) == ["north-2"]


def test_by_value_the_highest_comes_first_and_the_hidden_last(release):
    found = [line.rows["service"].value.value for line in seen(release, name="xã", sort="value").lines]
    shown = [value for value in found if value is not None]

    assert shown == sorted(shown, reverse=True)
    assert found == shown + [None] * (len(found) - len(shown))


def test_by_name_marks_on_letters_do_not_count(release):
    names = [line.name for line in seen(release, branch="north", sort="name").lines]

    assert names == ["Phường Bắc Hai", "Xã Bắc Ba", "Xã Bắc Một"]


def test_a_long_level_comes_in_pages_and_the_map_whole(release, monkeypatch):
    monkeypatch.setattr(levels, "PAGE", 2)
    first, second = (seen(release, branch="north", page=page) for page in (1, 2))

    assert (codes(first.lines), codes(second.lines)) == (["north-1", "north-2"], ["north-3"])
    assert first.pages == second.pages == 2
    assert codes(first.tiles) == codes(second.tiles) == ["north-1", "north-2", "north-3"]
    monkeypatch.setattr(levels, "MOST_TILES", 2)
    assert codes(seen(release, branch="north", page=2).tiles) == ["north-3"]


@pytest.mark.parametrize(
    "wanted", [{"index": "nothing"}, {"branch": "nowhere"}, {"branch": "north%"}, {"page": 2}]
)
def test_what_the_release_has_not_is_not_found(release, wanted):
    with pytest.raises(NotFound):
        seen(release, **wanted)


@pytest.mark.parametrize(
    ("tops", "expected"),
    [
        ({"north"}, ["north"]),
        ({"north", "north-1"}, ["north"]),
        ({"north-1", "south-1"}, ["north-1", "south-1"]),
        ({"gone"}, []),
        (set(), []),
    ],
)
def test_a_reader_of_branches_begins_at_their_tops(release, tops, expected):
    found = seen(release, frozenset(tops))

    assert codes(found.lines) == expected
    assert found.whole_workbook is None
    assert found.whole["service"].value.value is not None


def test_a_reader_of_branches_finds_nothing_outside_them(release):
    tops = frozenset({"north"})

    assert codes(seen(release, tops, name="xã").lines) == ["north-1", "north-3"]
    assert codes(seen(release, tops, branch="north").lines) == ["north-1", "north-2", "north-3"]
    with pytest.raises(NotFound):
        seen(release, tops, branch="south")


def test_above_a_readers_branch_is_named_without_a_way_to_it(release):
    found = seen(release, frozenset({"north-1"}), branch="north-1")

    assert found.path == ((None, "Tỉnh Bắc"),)


@pytest.mark.parametrize(
    ("typed", "bound"),
    [("80", 80.0), ("82,5", 82.5), (" 82.5 ", 82.5), ("0", 0.0), ("100", 100.0), ("", None), ("many", None),
     ("101", None), ("-1", None), ("nan", None), ("inf", None), ("1e400", None)],
)  # fmt: skip
def test_a_bound_is_read_as_people_write_it(typed, bound):
    assert bound_of(typed) == bound


def test_the_query_is_read_into_conditions():
    query = {"index": "service", "branch": "north", "name": " Xã ", "flagged": "1", "side": "above",
             "bound": "82,5", "kind": "ward", "sort": "name", "page": "3"}  # fmt: skip

    assert wanted_of(query) == Wanted("service", "north", "Xã", True, "above", 82.5, "ward", "name", 3)
    assert wanted_of({}) == Wanted()
