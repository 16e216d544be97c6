"""Ranks on a wave's page: never without their range and tie groups, and not there where a release has none."""

from __future__ import annotations

import pytest

from app.extensions import db
from app.queries.releases import get_release
from app.results.shown import shown_rank
from app.scorecards import Placed
from app.services.overview import Wanted, overview
from tests.auth.person import Person
from tests.pages import text_of
from tests.results.conftest import make_office, release_wave

WAVE = "/results/citizens/2026/"
HEADS = {
    "en": ["Rank at its level", "Ranks it may have, 95 %", "Tie groups", "Not told apart from (number)"],
    "vi": [
        "Thứ hạng trong cấp",
        "Khoảng thứ hạng có thể, 95 %",
        "Nhóm đồng hạng",
        "Số đơn vị không phân biệt được",
    ],
}


@pytest.fixture(scope="module")
def ranked_office(migrated_file, tmp_path_factory):
    """Two places with enough answers to be ranked, and one with too few."""
    app = make_office(tmp_path_factory.mktemp("ranked"), migrated_file)
    with app.app_context():
        release_wave(answered={"north-1": (8, 6), "north-3": (8, 7), "south-1": (4, 4)})
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def reader(ranked_office):
    """Someone signed in there."""
    person = Person(ranked_office.test_client())
    assert person.sign_in().status == 303
    return person


def cells(page):
    for unseen in page.of_class("unseen"):
        unseen.text = ""
    return {
        text[0]: text for line in page.all(".//table/tbody/tr") for text in [[text_of(one) for one in line]]
    }


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_rank_stands_between_its_range_and_its_tie_groups(ranked_office, reader, language):
    with ranked_office.app_context():
        lines = overview(get_release("citizens", "2026"), language, Wanted(branch="north")).lines
    page = reader.get(f"{WAVE}?lang={language}&branch=north").page

    heads = [text_of(head) for head in page.all(".//table/thead/tr/th")]
    assert heads[7:11] == HEADS[language]
    placed = {line.name: line.ranks["service"] for line in lines if line.ranks}
    assert len(placed) == 2
    for name, one in placed.items():
        assert cells(page)[name][7:11] == [
            {"en": f"{one.rank} of 2", "vi": f"{one.rank} trên 2"}[language],
            f"{one.low} – {one.high}",
            ", ".join(map(str, one.groups)),
            str(one.tied),
        ]


def test_an_agency_that_takes_no_part_says_so(reader):
    page = reader.get(f"{WAVE}?lang=en&name=one").page
    (south,) = [line for name, line in cells(page).items() if name.startswith("South One")]
    assert south[7] == "not ranked"


def test_tie_groups_are_explained_where_there_are_ranks_only(reader, evaluator):
    said = "Agencies with a tie group in common are not told apart: their order says nothing."
    assert said in reader.get(f"{WAVE}?lang=en&branch=north").page.text
    # In the other release nobody is ranked: one place is hidden with another, one is a single day.
    page = evaluator.get(f"{WAVE}?lang=en").page
    assert said not in page.text
    assert "Rank at its level" not in page.text


def test_ranks_of_a_release_without_tie_groups_show_a_dash():
    shown = shown_rank(Placed(1200, 3, 1500, 3321, None, None), "en")
    assert (shown.rank, shown.range) == ("1,200 of 3,321", "3 – 1,500")
    assert shown.groups == shown.tied == "–"
