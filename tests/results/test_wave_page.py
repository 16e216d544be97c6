"""A wave's page: the figures of the release and no others, in the table and in the chart."""

from __future__ import annotations

import pytest

from app.figures import show
from app.queries.releases import get_release
from app.services.overview import Wanted, overview
from tests.pages import text_of

WAVE = "/results/citizens/2026/"
SVG = "{http://www.w3.org/2000/svg}"
LANGUAGES = pytest.mark.parametrize("language", ["vi", "en"])


def seen(office, language="en", branch=None):
    with office.app_context():
        return overview(get_release("citizens", "2026"), language, Wanted(branch=branch))


def table(page):
    """Cells of the table's body as text, without what only a screen reader says."""
    for unseen in page.of_class("unseen"):
        unseen.text = ""
    return [[text_of(cell) for cell in line] for line in page.all(".//table/tbody/tr")]


def figures(row, language):
    percent = [show(figure, "percent", language) for figure in (row.value, row.low, row.high)]
    return [*percent, show(row.n, "count", language), row.interval_label, row.flag_reason or "–"]


def charts(page):
    """The chart in both layouts, its elements named without their namespace."""
    drawn = [element for element in page.tree.iter() if element.tag == f"{SVG}svg"]
    found = [element for element in drawn if element.get("role") == "img"]
    for chart in found:
        for element in chart.iter():
            element.tag = element.tag.removeprefix(SVG)
    assert [chart.get("class") for chart in found] == ["chart wide", "chart narrow"]
    return found


def marks(chart):
    """The agencies of a chart by name."""
    groups = [element for element in chart.iter() if element.get("class") == "agency"]
    return {text_of(group.find("text[@class='name']")): group for group in groups}


@LANGUAGES
@pytest.mark.parametrize("branch", [None, "north", "south"])
def test_table_chart_and_map_have_the_figures_of_the_rows(office, evaluator, language, branch):
    lines = seen(office, language, branch).lines
    page = evaluator.get(f"{WAVE}?lang={language}&branch={branch or ''}").page
    expected = {line.name: figures(line.rows["service"], language) for line in lines}

    assert [cells[0] for cells in table(page)] == list(expected)
    assert [cells[1:7] for cells in table(page)] == list(expected.values())
    values = {name: shown[0] for name, shown in expected.items()}
    for chart in charts(page):
        assert {
            name: text_of(group.find("text[@class='value']")) for name, group in marks(chart).items()
        } == values
    tiles = {text_of(tile.find("span")): text_of(tile.find("strong")) for tile in page.of_class("tiles")[0]}
    assert tiles == values


@LANGUAGES
def test_the_figure_of_all_agencies_stands_above(office, evaluator, language):
    whole = seen(office, language).whole["service"]
    page = evaluator.get(f"{WAVE}?lang={language}").page

    shown = text_of(page.of_class("headline")[0])
    for figure in (whole.value, whole.low, whole.high):
        assert show(figure, "percent", language) in shown
    assert f"n = {show(whole.n, 'count', language)}" in shown.replace("\xa0", " ")
    assert whole.interval_label in shown


def test_survey_wave_design_and_release_are_named(office, evaluator):
    page = evaluator.get(f"{WAVE}?lang=en").page

    assert page.title == "Wave 2026 <try & test> – Results – Hailong"
    for fact in (
        "Citizens",
        "Small form (tiny@1)",
        "Probability sample",
        "Release 1 of 15 April 2026",
        "Vietnamese",
    ):
        assert fact in page.text


def test_a_suppressed_agency_shows_marks_and_the_reason_only(office, evaluator):
    hidden = next(line for line in seen(office, branch="north").lines if line.code == "north-2")
    assert hidden.rows["service"].flag == "suppressed"

    page = evaluator.get(f"{WAVE}?lang=en&branch=north").page
    cells = next(cells for cells in table(page) if cells[0] == "North Two")

    assert cells[1:6] == ["[c]"] * 4 + ["none"]
    assert cells[6] == hidden.rows["service"].flag_reason


def test_a_suppressed_agency_has_no_dot_in_the_chart(evaluator):
    page = evaluator.get(f"{WAVE}?lang=en&branch=north").page

    for chart in charts(page):
        shown, hidden = marks(chart)["North Three"], marks(chart)["North Two"]
        assert shown.find("circle") is not None
        assert hidden.find("circle") is hidden.find("path") is None
        assert text_of(hidden.find("title")) == "North Two: [c]; n = [c]"


def test_a_suppressed_figure_does_not_follow_by_subtraction(office):
    level = seen(office, branch="north")
    rows = {line.code: line.rows["service"] for line in (level.head, *level.lines)}

    assert rows["north"].n.value is not None
    assert sum(rows[code].n.value is None for code in ("north-1", "north-2", "north-3")) == 2


@LANGUAGES
def test_the_marks_are_explained(office, evaluator, language):
    marks_used = {mark.label: mark.text for mark in seen(office, language, "north").marks}
    page = evaluator.get(f"{WAVE}?lang={language}&branch=north").page

    (legend,) = page.of_class("legend")
    explained = {text_of(entry.find("dt")): text_of(entry.find("dd")) for entry in legend}
    assert {"[c]"} == marks_used.keys()
    assert marks_used.items() <= explained.items()


def test_a_value_without_interval_is_drawn_hollow_and_explained(office, evaluator):
    alone = next(line for line in seen(office).lines if line.code == "south")
    assert "not_estimable" in alone.rows["service"].flag

    page = evaluator.get(f"{WAVE}?lang=en").page

    for chart in charts(page):
        mark = marks(chart)["South Province"]
        assert mark.find("circle").get("class") == "hollow"
        assert mark.find("path") is None
    assert "Hollow dot: a value without an interval (agencies: 1)." in page.text
    assert alone.rows["service"].flag_reason in page.text


def test_the_page_says_that_the_order_is_no_ranking(evaluator):
    assert "the order is not a ranking" in evaluator.get(f"{WAVE}?lang=en").page.text


def test_the_chart_is_a_picture_with_a_name_and_a_description(evaluator):
    page = evaluator.get(f"{WAVE}?lang=en").page

    for chart in charts(page):
        assert chart.get("role") == "img"
        name, description = (page.by_id(key) for key in chart.get("aria-labelledby").split())
        assert (name.tag, description.tag) == ("title", "desc")
        assert text_of(name).startswith("Service: value and interval of each agency")
        assert "The table below holds the same figures." in text_of(description)
        assert "Satisfied, % of valid answers" in text_of(chart)


def test_the_table_can_be_moved_by_keyboard(evaluator):
    (box,) = evaluator.get(WAVE).page.of_class("scroll")

    assert (box.get("tabindex"), box.get("role")) == ("0", "region")


def test_a_branch_shows_the_level_below_it_and_the_way_back(evaluator):
    page = evaluator.get(f"{WAVE}?lang=en&branch=north").page

    assert [cells[0] for cells in table(page)] == ["North One", "North Two", "North Three"]
    assert page.title.startswith("North Province – ")
    assert "South" not in text_of(page.of_class("picture")[0])
    assert [text_of(step) for step in page.of_class("path")[0].iter("li")] == [
        "All agencies",
        "North Province",
    ]


def test_a_province_leads_to_its_branch_and_every_agency_to_its_page(evaluator):
    page = evaluator.get(f"{WAVE}?lang=en").page
    links = [link.get("href") for link in page.all(".//table/tbody/tr//a")]

    assert f"{WAVE}?branch=south" in links
    assert f"{WAVE}agencies/south/" in links
    assert all(evaluator.get(link).status == 200 for link in links)


def test_a_place_with_nothing_below_says_so(evaluator):
    page = evaluator.get(f"{WAVE}?lang=en&branch=north-1").page

    assert "No agency stands below this one." in page.text
    assert page.all(".//table") == []


def test_a_place_without_answers_says_so(evaluator):
    page = evaluator.get("/results/citizens/2027/?lang=en").page
    empty = next(cells for cells in table(page) if cells[0] == "South Province")

    assert empty[:2] == ["South Province", "Nobody answered here."]
    assert list(marks(charts(page)[0])) == ["North Province"]


def test_a_branch_without_answers_says_so(evaluator):
    page = evaluator.get("/results/citizens/2027/?lang=en&branch=south").page

    assert "Nobody answered here." in text_of(page.of_class("headline")[0])
    assert page.of_class("picture") == []
    assert page.of_class("download") == []


@pytest.mark.parametrize(
    "address",
    [
        "/results/citizens/1999/",
        "/results/nothing/2026/",
        f"{WAVE}?index=nothing",
        f"{WAVE}?branch=nowhere",
        f"{WAVE}?branch=%00",
        f"{WAVE}?page=2",
        f"{WAVE}?page=0",
        f"{WAVE}?page=x",
        f"{WAVE}?sort=nothing",
        f"{WAVE}?side=beside",
        f"{WAVE}?release=7",
        f"{WAVE}agencies/nowhere/",
        f"{WAVE}agencies/north-1%23own/",
        f"{WAVE}agencies/north/?index=nothing",
        "/results/%00/2026/",
        "/results/citizens/%2e%2e/",
    ],
)
def test_what_does_not_exist_is_not_found(evaluator, address):
    assert evaluator.get(address).status == 404


def test_nobody_keeps_a_copy_of_the_page(evaluator):
    assert evaluator.get(WAVE).headers["Cache-Control"] == "no-store"


def test_changing_the_language_keeps_index_and_branch(evaluator):
    page = evaluator.get(f"{WAVE}?index=service&branch=north").page
    (english,) = [link.get("href") for link in page.all(".//nav/a") if link.get("hreflang") == "en"]

    assert english == f"{WAVE}?index=service&branch=north&lang=en"
