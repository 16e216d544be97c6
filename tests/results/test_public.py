"""What everybody may read: public releases without account, cookie or session, to be kept by any proxy."""

from __future__ import annotations

import pytest

from tests.pages import read_page, text_of

WAVE = "/public/citizens/2026/"
PAGES = (
    "/public/",
    WAVE,
    f"{WAVE}?branch=north&name=xã",
    f"{WAVE}agencies/north/",
    f"{WAVE}agencies/north-2/",
)
FILES = (f"{WAVE}workbooks/whole.xlsx", f"{WAVE}workbooks/agency-north.xlsx.sig")


def get(client, path, **options):
    with client.get(path, **options) as response:
        response.get_data()
        return response


@pytest.mark.parametrize("path", [*PAGES, *FILES])
def test_an_answer_sets_no_cookie_and_may_be_kept(stranger, path):
    response = get(stranger.client, path)

    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers
    assert response.headers["Cache-Control"] == "public, max-age=300"
    assert response.headers["Vary"] == "Accept-Language"
    assert response.headers["ETag"]


@pytest.mark.parametrize("path", [*PAGES, *FILES])
def test_what_a_browser_has_is_not_sent_again(stranger, path):
    tag = get(stranger.client, path).headers["ETag"]
    again = get(stranger.client, path, headers={"If-None-Match": tag})

    assert (again.status_code, again.data) == (304, b"")


def test_a_page_is_the_same_whoever_is_signed_in(stranger, evaluator):
    assert get(stranger.client, WAVE).data == get(evaluator.client, WAVE).data
    assert "Lan" not in evaluator.get(WAVE).page.text


@pytest.mark.parametrize(("header", "language"), [("en", "en"), ("vi,en;q=0.5", "vi"), ("fr", "vi")])
def test_the_browser_says_the_language(stranger, header, language):
    page = read_page(get(stranger.client, WAVE, headers={"Accept-Language": header}).text)

    assert page.tree.get("lang") == language


def test_the_figures_are_those_of_the_office(stranger, evaluator):
    for path in ("", "?branch=north", "agencies/north/", "agencies/south-1/"):
        sign = "&" if "?" in path else "?"
        public = read_page(get(stranger.client, f"{WAVE}{path}{sign}lang=en").text)
        office = evaluator.get(f"/results/citizens/2026/{path}{sign}lang=en").page
        tables = [[text_of(cell) for cell in page.all(".//td")] for page in (public, office)]
        assert tables[0] == tables[1] != []


def test_no_public_page_leads_into_the_office(stranger):
    for path in PAGES:
        links = [link.get("href") for link in read_page(get(stranger.client, path).text).all(".//main//a")]
        assert links
        assert all(link.startswith("/public/") for link in links)


@pytest.mark.parametrize(
    "path",
    [
        "/public/citizens/2027/",
        "/public/citizens/2027/agencies/north-1/",
        "/public/citizens/2027/workbooks/whole.xlsx",
        "/public/nothing/2026/",
        f"{WAVE}?release=2",
        f"{WAVE}agencies/nowhere/",
        f"{WAVE}workbooks/nothing.xlsx",
        f"{WAVE}units/",
    ],
)
def test_what_is_not_public_is_not_found(stranger, path):
    assert get(stranger.client, path).status_code == 404


def test_only_public_waves_are_listed(stranger):
    page = read_page(get(stranger.client, "/public/?lang=en").text)

    assert [link.get("href") for link in page.all(".//main//a")] == [WAVE]


@pytest.fixture
def culture(staff_office):
    """A browser where a wave of anonymous staff is public."""
    return staff_office.test_client()


def test_of_anonymous_staff_the_tables_are_public_and_no_word(culture):
    for path in ("", "units/", "units/law/"):
        response = get(culture, f"/public/culture/2026/{path}?lang=en")
        page = read_page(response.text)
        assert "Response rate, %" in page.text
        assert page.of_class("comments") == []
        assert not [link for link in page.all(".//main//a") if "download" in link.attrib]


@pytest.mark.parametrize("path", ["workbooks/whole.xlsx", "agencies/law/", "units/nowhere/"])
def test_of_anonymous_staff_nothing_else_is_public(culture, path):
    assert get(culture, f"/public/culture/2026/{path}").status_code == 404
