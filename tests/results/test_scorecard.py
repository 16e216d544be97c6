"""The scorecard as PDF: what it says of every kind of agency, in both languages, to those who may read it."""

from __future__ import annotations

import subprocess

import pytest

from app.printing import typesetting
from tests.auth.person import PASSWORD, Person
from tests.results.conftest import READER

AGENCIES = "/results/citizens/2026/agencies/"


def words_of(pdf: bytes, folder) -> str:
    """The text as pdftotext reads it back, blanks folded."""
    path = folder / "read.pdf"
    path.write_bytes(pdf)
    read = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True)
    return " ".join(read.stdout.split())


def pages_of(pdf: bytes, folder) -> int:
    path = folder / "read.pdf"
    path.write_bytes(pdf)
    read = subprocess.run(["pdfinfo", path], capture_output=True, text=True, check=True)
    return next(int(line.split()[1]) for line in read.stdout.splitlines() if line.startswith("Pages:"))


@pytest.fixture
def scorecard(evaluator, tmp_path):
    """(text, pages) of the scorecard of an agency."""

    def fetch(code, lang="vi"):
        with evaluator.client.get(f"{AGENCIES}{code}/scorecard.pdf?lang={lang}") as answer:
            assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
            return words_of(answer.data, tmp_path), pages_of(answer.data, tmp_path)

    return fetch


def test_it_has_the_title_block_and_the_figure_with_its_interval(scorecard):
    said, pages = scorecard("north")

    assert pages == 1
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in said
    assert "Độc lập - Tự do - Hạnh phúc" in said
    assert "Bắc, ngày 15 tháng 4 năm 2026" in said
    assert "TỈNH BẮC" in said
    assert "Khoảng tin cậy 95%: từ" in said
    assert "Nơi nhận:" in said
    assert "THỦ TRƯỞNG CƠ QUAN" in said


def test_it_speaks_english_too(scorecard):
    said, _pages = scorecard("north", "en")

    assert "SOCIALIST REPUBLIC OF VIET NAM" in said
    assert "15 April 2026" in said
    assert "95% confidence interval:" in said


def test_its_digits_are_those_of_the_page(scorecard, evaluator):
    said, _pages = scorecard("north")
    page = evaluator.get(f"{AGENCIES}north/?lang=vi").page
    value = page.tree.find(".//div[@class='figure']//strong").text

    assert f"{value}%" in said


def test_too_few_have_no_figure_and_the_page_says_why(scorecard):
    said, pages = scorecard("north-2")

    assert pages == 1
    assert "Không công bố số liệu: có ít hơn 10 người trả lời" in said
    assert "%" not in said.replace("%20", "")


def test_where_nobody_answered_it_says_so(scorecard):
    said, _pages = scorecard("south-1")
    assert "mọi phiếu đều từ một đơn vị chọn mẫu" in said


def test_the_release_and_where_to_check_it_stand_on_it(scorecard, office):
    said, _pages = scorecard("north")
    with office.app_context():
        from app.queries.releases import get_release

        sha256 = get_release("citizens", "2026").results_sha256

    assert "(citizens/2026/1)" in said
    assert sha256[:12] in said
    assert "http://localhost/verify/" in said


def test_the_same_release_gives_the_same_bytes(evaluator):
    one, other = (evaluator.client.get(f"{AGENCIES}north-1/scorecard.pdf?lang=vi").data for _ in range(2))

    assert one == other


def test_another_branch_or_language_is_not_found(office):
    reader = Person(office.test_client())
    reader.sign_in(READER, PASSWORD)

    assert reader.client.get(f"{AGENCIES}north-1/scorecard.pdf").status_code == 200
    for path in ("south-1/scorecard.pdf", "nowhere/scorecard.pdf", "north/scorecard.pdf?lang=xx"):
        assert reader.get(f"{AGENCIES}{path}").status == 404


def test_without_typst_the_page_says_what_to_install(evaluator, monkeypatch):
    monkeypatch.setattr(typesetting, "find_spec", lambda name: None)
    answer = evaluator.get(f"{AGENCIES}north/scorecard.pdf?lang=en")

    assert answer.status == 503
    assert "pip install" in answer.page.text


def test_all_scorecards_are_made_by_a_job(evaluator, office):
    from tests.auth.person import token

    page = evaluator.get("/results/citizens/2026/sign-offs/").page
    answer = evaluator.post("/results/citizens/2026/scorecards", {"csrf_token": token(page), "lang": "vi"})

    assert answer.status == 303
    assert "/jobs/" in answer.location
