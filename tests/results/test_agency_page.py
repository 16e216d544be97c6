"""The page of one agency: its figures beside those above it, its answers, what was tested, and its past."""

from __future__ import annotations

import pytest

from app.figures import show
from app.queries.releases import get_release
from app.services.agency_results import agency_card
from app.services.released import rows_of
from tests.pages import text_of

WAVE = "/results/citizens/2026/"


def card_of(office, code, language="en", **options):
    with office.app_context():
        return agency_card(get_release("citizens", "2026"), code, language, **options)


def cells(page, section):
    """The table below a heading, as text by its first cell."""
    (box,) = [one for one in page.of_class("scroll") if one.get("aria-labelledby") == section]
    lines = [[text_of(cell) for cell in line] for line in box.find("table").iter("tr")]
    return {line[0]: line[1:] for line in lines[1:]}


@pytest.mark.parametrize("code", ["north", "north-1", "north-2", "south-1"])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_agency_has_a_page_with_its_own_figures(office, evaluator, code, language):
    with office.app_context():
        rows = rows_of(get_release("citizens", "2026"), code, language)
    page = evaluator.get(f"{WAVE}agencies/{code}/?lang={language}").page
    shown = cells(page, "items")

    for row in rows:
        figures = [show(one, "percent", language) for one in (row.value, row.low, row.high)]
        if row.kind == "item":
            assert shown[row.node_label][:4] == [*figures, show(row.n, "count", language)]
            assert shown[row.node_label][-1] == (row.flag_reason or "–")
        else:
            headline = text_of(page.of_class("headline")[0])
            assert all(figure in headline for figure in figures)


def test_what_stands_above_is_set_beside_untested(office, evaluator):
    card = card_of(office, "north-1")
    headline = text_of(evaluator.get(f"{WAVE}agencies/north-1/?lang=en").page.of_class("headline")[0])

    assert [one.name for one in card.references] == ["North Province", "All agencies"]
    assert "To read beside, not tested:" in headline
    for one in card.references:
        assert f"{one.name}: {show(one.rows['service', 'top_box'].value, 'percent', 'en')}" in headline


def test_the_path_leads_up_and_the_level_down(evaluator):
    page = evaluator.get(f"{WAVE}agencies/north-1/?lang=en").page
    above = [link.get("href") for link in page.of_class("path")[0].iter("a")]
    below = evaluator.get(f"{WAVE}agencies/north/?lang=en").page

    assert above == [WAVE, f"{WAVE}agencies/north/"]
    assert f"{WAVE}?branch=north" in [link.get("href") for link in below.all(".//main//a")]


def test_the_bars_and_their_table_have_the_shares_of_the_release(office, evaluator):
    card = card_of(office, "north")
    page = evaluator.get(f"{WAVE}agencies/north/?lang=en").page
    shown = cells(page, "shares-1")
    svg = "{http://www.w3.org/2000/svg}"
    drawn = [text_of(part.find(f"{svg}title")) for part in page.tree.iter(f"{svg}rect") if len(part)]

    for one in card.answers:
        texts = [show(share.share, "percent", "en") for share in one.shares]
        assert shown[one.label] == [*texts, show(one.n, "count", "en")]
        for share, text in zip(one.shares, texts, strict=True):
            assert (f"{share.label}: {text} %" in drawn) is (share.share.value > 0)


def test_hidden_answers_are_a_mark_and_no_bar(evaluator):
    page = evaluator.get(f"{WAVE}agencies/north-2/?lang=en").page

    assert {figure for line in cells(page, "shares-1").values() for figure in line} == {"[c]"}
    assert "suppressed" in text_of(page.of_class("legend")[-1])


def test_an_agency_where_nobody_answered_says_so(evaluator):
    page = evaluator.get("/results/citizens/2027/agencies/south-1/?lang=en").page

    assert "Nobody answered here." in page.text
    assert page.all(".//table") == []


def test_of_a_level_with_figures_hidden_nothing_is_compared(office):
    assert card_of(office, "north-2").differences == ()


def test_the_page_of_another_kind_of_wave_is_not_found(evaluator):
    assert evaluator.get("/results/culture/2026/agencies/law/").status == 404
