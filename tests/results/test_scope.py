"""Who reads one branch gets its lines, pages and workbooks; what lies outside is not found, as if it were not there."""

from __future__ import annotations

import pytest

from tests.pages import text_of

WAVE = "/results/citizens/2026/"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "?branch=north",
        "agencies/north/",
        "agencies/north-1/",
        "agencies/north-2/",
        "workbooks/agency-north.xlsx",
        "workbooks/agency-north.xlsx.sig",
        "workbooks/agency-north-1.xlsx",
    ],
)
def test_inside_the_branch_there_is_an_answer(reader, path):
    assert reader.get(WAVE + path).status == 200


@pytest.mark.parametrize(
    "path",
    [
        "?branch=south",
        "agencies/south/",
        "agencies/south-1/",
        "workbooks/whole.xlsx",
        "workbooks/whole.xlsx.sig",
        "workbooks/agency-south.xlsx",
        "workbooks/agency-south-1.xlsx.sig",
    ],
)
def test_outside_it_nothing_is_found(reader, evaluator, path):
    assert evaluator.get(WAVE + path).status == 200
    assert reader.get(WAVE + path).status == 404


@pytest.mark.parametrize(
    "path", ["?lang=en", "?lang=en&name=o", "agencies/north/?lang=en", "agencies/north-1/?lang=en"]
)
def test_no_page_names_what_lies_outside(reader, path):
    assert "South" not in reader.get(WAVE + path).page.text


def test_the_figure_of_all_stands_as_reference(reader):
    page = reader.get(f"{WAVE}agencies/north/?lang=en").page

    assert "All agencies:" in text_of(page.of_class("headline")[0])
    assert not [link for link in page.all(".//main//a") if "whole" in link.get("href")]
