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


def test_the_change_since_the_wave_before_is_tested_or_not_told(evaluator, tmp_path):
    answer = evaluator.client.get("/results/citizens/2027/agencies/north-1/scorecard.pdf?lang=vi")
    said = words_of(answer.data, tmp_path)

    assert "Thay đổi so với đợt trước" in said
    assert "Thay đổi 0,00 (" in said or "Gián đoạn [b]" in said or "không kiểm định được" in said


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


def test_what_must_not_be_overlooked_stands_before_the_figure(scorecard):
    said, _pages = scorecard("south-1")

    assert said.index("Mỗi tầng ở đây chỉ có một đơn vị mẫu") < said.index("Dịch vụ")


def test_where_nobody_answered_it_says_so(evaluator, tmp_path):
    answer = evaluator.client.get("/results/citizens/2027/agencies/south-1/scorecard.pdf?lang=vi")

    assert "không có ai trả lời ở đây" in words_of(answer.data, tmp_path)


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


@pytest.fixture
def command(office, monkeypatch):
    """`hailong print scorecards citizens …` on the released waves."""
    from click.testing import CliRunner

    from app.cli import group

    monkeypatch.setattr("app.cli._create_app", lambda: office)
    given = ["print", "scorecards", "citizens"]
    return lambda *words: CliRunner().invoke(group, [*given, *map(str, words), "--date", "2026-11-20"])


def test_the_command_writes_a_file_per_agency(command, tmp_path):
    result = command("2026", "--folder", tmp_path / "new", "--agency", "north", "--agency", "north-2")

    assert (result.exit_code, result.output) == (0, f"2 scorecards: {tmp_path / 'new'}\n")
    assert {path.name for path in (tmp_path / "new").iterdir()} == {
        "citizens-2026-1-agency-north-vi.pdf",
        "citizens-2026-1-agency-north-2-vi.pdf",
    }


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("2026", "--agency", "nowhere"), "no agency nowhere"),
        (("2026", "--language", "fr"), "not written in “fr”"),
        (("2026", "--release", "7"), "no release citizens/2026/7"),
        (("2026", "--address", "nothing"), "not the address of a server"),
        (("1999",), "no release of wave citizens/1999"),
    ],
)
def test_the_command_says_in_one_sentence_what_is_wrong(command, tmp_path, words, said):
    result = command(*words, "--folder", tmp_path / "new")

    assert result.exit_code == 1
    assert said in result.output
    assert len(result.output.strip().splitlines()) == 1
    assert not (tmp_path / "new").exists()


def test_one_zip_has_the_scorecards_of_ones_branches(office, tmp_path):
    from zipfile import ZipFile

    from app.services.jobs import Progress
    from app.services.printing.all_scorecards import zip_scorecards

    with office.app_context():
        made = zip_scorecards(
            Progress(tmp_path),
            survey="citizens",
            wave="2026",
            number=1,
            language="en",
            address="",
            tops=["south"],
        )

    assert made["scorecards"] == 2
    with ZipFile(tmp_path / made["files"][0]) as archive:
        assert archive.namelist() == [
            "citizens-2026-1-agency-south-en.pdf",
            "citizens-2026-1-agency-south-1-en.pdf",
        ]
