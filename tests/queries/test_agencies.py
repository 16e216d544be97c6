"""The agency tree of a day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import event

from app.extensions import db
from app.queries.agencies import AgencyOnDay, AgencyTree, find_agency, get_tree
from app.queries.errors import NotFound
from app.services.agencies import AgencyRow, import_agencies
from tests.factories import BEGIN, TREE_DATE, make_agencies

ENDED = date(2025, 7, 1)


def test_a_tree_gives_branch_children_path_and_label(data):
    make_agencies()
    tree = get_tree(TREE_DATE)

    assert tree.roots == ("north", "south")
    assert tree.children("north") == ("north-1", "north-2")
    assert tree.branch("north") == ("north", "north-1", "north-2")
    assert tree.branch("north-2") == ("north-2",)
    assert tree.path("north-2") == ("north", "north-2")
    assert (tree.label("north-2", "vi"), tree.label("north-2", "en")) == ("Phường Bắc Hai", "North Two")
    assert [agency.kind for agency in tree.agencies] == ["province", "commune", "ward", "province", "commune"]


def test_before_their_first_day_there_are_no_agencies(data):
    make_agencies()

    assert get_tree(BEGIN - timedelta(days=1)).agencies == ()


def test_the_last_day_of_a_district_is_the_day_before_its_end(data):
    district = AgencyRow("d", "district", {"vi": "Huyện"}, date(2000, 1, 1), valid_to=ENDED)
    import_agencies([district])

    assert "d" in get_tree(date(2025, 6, 30))
    assert "d" not in get_tree(ENDED)


def test_an_agency_that_is_not_there_on_the_day_is_not_found(data):
    make_agencies()

    with pytest.raises(NotFound, match="There is no agency east on 2026-03-01; check the code"):
        get_tree(TREE_DATE).branch("east")
    assert find_agency("east") is None


def test_a_tree_of_any_size_takes_two_queries(data):
    make_agencies()
    import_agencies(
        [AgencyRow(f"c{number}", "commune", {"vi": "Xã"}, BEGIN, "south") for number in range(50)]
    )
    seen = []

    def count(_connection, _cursor, statement, *_rest):
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", count)
    tree = get_tree(TREE_DATE)
    event.remove(db.engine, "before_cursor_execute", count)

    assert len(tree.branch("south")) == 52
    assert len([statement for statement in seen if "SELECT" in statement]) == 2


def test_a_parent_of_which_the_day_knows_nothing_makes_a_root():
    tree = AgencyTree(
        TREE_DATE, (AgencyOnDay("a", "commune", "gone", {}), AgencyOnDay("b", "commune", "a", {}))
    )

    assert tree.roots == ("a",)
    assert tree.path("b") == ("a", "b")


def test_an_agency_without_a_name_in_the_language_shows_another_and_at_last_its_code():
    def label(language, **names):
        return AgencyOnDay("a", "commune", None, names).label(language)

    assert label("en", vi="Xã", en="Commune") == "Commune"
    assert label("fr", vi="Xã", en="Commune") == "Xã"
    assert label("fr", en="Commune", de="Gemeinde") == "Commune"
    assert label("fr", de="Gemeinde") == "Gemeinde"
    assert label("fr") == "a"
