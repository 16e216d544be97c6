"""Scorecards: labels, titles, the headline, the cover, notes and marks, in the reader's language."""

from __future__ import annotations

import re
from datetime import date

import pytest

from surveys import loading

from .cards import cards
from .runs import COUNTER

ROWS = [
    {"place": "31" if k < 40 else "đ", "q1": "1" if k % 3 else "5", "sex": "fm"[k % 2]} for k in range(80)
]


def facts(card):
    return {fact.label: fact.text for fact in card.cover}


def test_there_is_a_card_of_the_whole_and_one_per_domain(tmp_path):
    found = cards(tmp_path, ROWS, by="place", wave_kind="probability")
    assert list(found) == [None, "31", "đ"]
    assert [card.file_stem for card in found.values()] == ["whole", "place-31", "place-d"]
    assert [card.label for card in found.values()] == ["All respondents", "place 31", "place đ"]
    assert found["31"].title == "Counter survey: place 31"
    assert all({row.domain for row in card.rows} == {domain} for domain, card in found.items())


def test_a_named_domain_is_called_by_its_name(tmp_path):
    found = cards(tmp_path, ROWS, by="place", context={"domain_names": {"31": "Hải Phòng"}})
    assert found["31"].label == "Hải Phòng"
    assert found["31"].rows[0].domain_label == "Hải Phòng"


def test_a_domain_of_an_item_is_called_by_its_option_in_the_language_of_the_card(tmp_path):
    context = {"by_names": {"sex": "Giới tính"}}
    found = cards(tmp_path, ROWS, by=("sex", "place*sex"), language="vi", context=context)
    assert found["f"].label == "Giới tính: Nữ"
    assert found["31|f"].label == "place × Giới tính: 31, Nữ"


def test_the_headline_is_the_first_index_with_its_interval_and_n(tmp_path):
    card = cards(tmp_path, ROWS, wave_kind="probability")[None]
    assert card.summary == (
        "All answers: 77.92% (95% confidence interval from 74.39% to 81.45%; 80 responses)."
    )


def test_the_headline_in_vietnamese_has_vietnamese_numbers(tmp_path):
    card = cards(tmp_path, ROWS, language="vi", wave_kind="probability", level=0.975)[None]
    assert card.summary == (
        "Gộp chung: 77,92% (khoảng tin cậy 97,5%: từ 73,86% đến 81,97%; 80 phiếu trả lời)."
    )


def test_the_headline_of_volunteers_says_that_its_band_is_no_confidence_interval(tmp_path):
    rows = [row | {"day": str(k // 7)} for k, row in enumerate(ROWS)]
    card = cards(tmp_path, rows, cluster=("day",), wave_kind="volunteer")[None]
    assert "variation band at 95% from" in card.summary
    assert "which is no confidence interval" in card.summary
    assert "People chose themselves to answer" in card.summary


def test_a_headline_without_interval_gives_the_reason(tmp_path):
    assert cards(tmp_path, ROWS)[None].summary == (
        "All answers: 77.92%, from 80 responses. People chose themselves to answer, so this is an indication and not"
        " a survey estimate. No variation band: that takes clusters and at least 10 of them."
    )


def test_the_headline_of_a_small_sample_says_so(tmp_path):
    assert cards(tmp_path, ROWS[:20], wave_kind="probability")[None].summary.endswith(
        "Fewer than 30 answers: a small sample."
    )


def test_the_headline_of_a_suppressed_domain_holds_no_number_of_it(tmp_path):
    rows = [*ROWS, *({"place": "few", "q1": "1"} for _ in range(7))]
    card = cards(tmp_path, rows, by="place", wave_kind="probability")["few"]
    assert card.summary == (
        "All answers: no figure. Not shown: fewer than 10 answers, here or in a neighbouring figure."
    )


def test_without_an_index_the_first_item_makes_the_headline(tmp_path):
    instrument = loading.loads(COUNTER[: COUNTER.index("indices:")], "counter.yaml")
    card = cards(tmp_path, ROWS, instrument=instrument, wave_kind="probability")[None]
    assert card.summary.startswith("Polite: 33.75%")
    assert "summary" not in [table.code for table in card.tables]


def test_the_cover_says_of_whom_and_by_whom(tmp_path):
    context = {"organisation": "Office", "contact": "office@example.vn", "published": date(2026, 2, 5)}
    card = cards(tmp_path, ROWS, context=context, wave_kind="probability")[None]
    assert facts(card) == {
        "Survey": "Counter survey",
        "Wave": "Spring",
        "Scorecard of": "All respondents",
        "Kind of wave": "Probability sample",
        "Published by": "Office",
        "Contact": "office@example.vn",
        "Publication date": "5 February 2026",
        "Instrument and its source": "counter@1. Made for the tests",
    }
    assert (card.organisation, card.published) == ("Office", date(2026, 2, 5))


def test_a_working_copy_says_that_it_is_one_and_who_is_missing(tmp_path):
    card = cards(tmp_path, ROWS)[None]
    assert facts(card)["Publication date"] == "not published: a working copy"
    assert facts(card)["Published by"] == "publisher not named"
    assert "Contact" not in facts(card)


@pytest.mark.parametrize(
    ("language", "subtitle"),
    [
        ("en", "Spring, answers of 1 March 2026 to 31 March 2026"),
        ("vi", "Spring, trả lời từ 01/03/2026 đến 31/03/2026"),
    ],
)
def test_the_period_of_fieldwork_stands_under_every_title(tmp_path, language, subtitle):
    context = {"fieldwork": (date(2026, 3, 1), date(2026, 3, 31))}
    card = cards(tmp_path, ROWS, language=language, context=context)[None]
    assert {table.subtitle for table in card.tables} == {subtitle}


def test_every_mark_in_the_tables_is_explained_and_no_other(tmp_path):
    rows = [*ROWS, *({"place": "few"} for _ in range(7))]
    found = cards(tmp_path, rows, by="place", wave_kind="probability")
    # The sheet of the domains below says which of them is hidden.
    assert [fact.label for fact in found[None].marks] == ["[c]", "[x]", "[z]"]
    assert [fact.label for fact in found["few"].marks] == ["[c]", "[z]"]


def test_a_language_that_the_instrument_lacks_shows_the_instruments_first(tmp_path):
    english = re.sub(r", vi: [^}]*\}", "}", COUNTER).replace("languages: [en, vi]", "languages: [en]")
    card = cards(tmp_path, ROWS, instrument=loading.loads(english, "counter.yaml"), language="vi")[None]
    assert card.title == "Counter survey: Toàn bộ người trả lời"
    assert card.rows[0].measure_label == "Hài lòng, % câu trả lời hợp lệ"
