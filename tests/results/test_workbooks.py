"""Workbooks to take away: those of the release, byte for byte, and no other file."""

from __future__ import annotations

import pytest

from app.queries.releases import get_release
from app.services.overview import Wanted, overview
from app.services.release_files import workbook_path

WAVE = "/results/citizens/2026/"
STEMS = ("whole", "agency-north", "agency-north-1", "agency-south-1")


@pytest.mark.parametrize("stem", STEMS)
def test_a_workbook_comes_as_it_was_released(office, evaluator, stem):
    with office.app_context():
        released = workbook_path(get_release("citizens", "2026"), stem).read_bytes()

    with evaluator.client.get(f"{WAVE}workbooks/{stem}.xlsx") as response:
        assert response.data == released
        assert response.mimetype == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def test_it_is_saved_under_a_name_that_says_what_it_is(evaluator):
    headers = evaluator.get(f"{WAVE}workbooks/agency-north.xlsx").headers

    assert headers["Content-Disposition"] == "attachment; filename=citizens-2026-agency-north.xlsx"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("branch", [None, "north"])
def test_the_page_leads_to_the_workbook_of_its_head_and_of_every_line(office, evaluator, branch):
    with office.app_context():
        seen = overview(get_release("citizens", "2026"), "en", Wanted(branch=branch))
    page = evaluator.get(f"{WAVE}?branch={branch or ''}").page
    links = [link.get("href") for link in page.all(".//main//a") if "download" in link.attrib]
    books = [link for link in links if link.endswith(".xlsx")]

    head = seen.head.workbook if branch else seen.whole_workbook
    assert books == [
        f"{WAVE}workbooks/{stem}.xlsx" for stem in (head, *(line.workbook for line in seen.lines))
    ]
    assert all(evaluator.get(link).status == 200 for link in links)


def test_the_signature_is_kept_under_the_name_of_its_workbook(office, evaluator):
    with office.app_context():
        signed = workbook_path(get_release("citizens", "2026"), "whole").with_suffix(".xlsx.sig")
    (link,) = [
        link.get("href") for link in evaluator.get(WAVE).page.all(".//main//a") if ".sig" in link.get("href")
    ]

    with evaluator.client.get(link) as response:
        assert response.data == signed.read_bytes()
        assert "citizens-2026-whole.xlsx.sig" in response.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("ending", "kind", "begins"),
    [("ods", "application/vnd.oasis.opendocument.spreadsheet", b"PK"), ("csv.zip", "application/zip", b"PK")],
)
def test_a_workbook_can_be_had_as_a_copy(evaluator, ending, kind, begins):
    with evaluator.client.get(f"{WAVE}workbooks/agency-north.{ending}") as response:
        assert (response.status_code, response.mimetype) == (200, kind)
        assert response.data.startswith(begins)
        assert (
            response.headers["Content-Disposition"]
            == f"attachment; filename=citizens-2026-agency-north.{ending}"
        )
        assert response.headers["Cache-Control"] == "no-store"
    assert evaluator.get(f"{WAVE}workbooks/nothing.{ending}").status == 404


@pytest.mark.parametrize("query", ["in=fr", "in=../x", "release=2", "release=x", "release=-1"])
def test_a_workbook_in_another_language_or_release_is_not_found(evaluator, query):
    assert evaluator.get(f"{WAVE}workbooks/whole.xlsx?{query}").status == 404


def test_a_branch_offers_its_own_workbook(evaluator):
    link = evaluator.get(f"{WAVE}?branch=north").page.of_class("download")[0]

    assert link.get("href") == f"{WAVE}workbooks/agency-north.xlsx"


def test_a_workbook_of_another_wave_is_not_found(evaluator):
    assert evaluator.get("/results/citizens/2027/workbooks/agency-north-1.xlsx").status == 200
    assert evaluator.get("/results/citizens/2027/workbooks/agency-south-1.xlsx").status == 404


@pytest.mark.parametrize(
    "stem",
    [
        "nothing",
        "..",
        "../results",
        "..%2fresults",
        "%2e%2e/workbooks/whole",
        "..%5cresults",
        "%2fetc%2fpasswd",
        "whole.xlsx%00",
        "whole%00",
        "*",
        "WHOLE",
        "",
    ],
)
def test_any_other_name_is_not_found(evaluator, stem):
    assert evaluator.get(f"{WAVE}workbooks/{stem}.xlsx").status == 404


@pytest.mark.parametrize("path", ["results.json", "../results.json", "workbooks/", "workbooks/whole.xls"])
def test_nothing_else_of_the_folder_is_served(evaluator, path):
    assert evaluator.get(f"{WAVE}{path}").status == 404
    assert evaluator.get(f"{WAVE}workbooks/{path}").status == 404
