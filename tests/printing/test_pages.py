"""What stands on paper: nothing cut, nothing lost, the same bytes for the same day."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import date

import pytest

from app.printing import forms, posters, slips, typesetting
from app.printing.records import Poster
from app.services.printing.forms import form_of
from app.services.printing.posters import make_posters
from app.services.printing.slips import make_slip_sheets
from app.services.slips import Sheet
from surveys.loading import load, shipped
from tests.factories import make_open_wave

DAY = date(2026, 11, 20)
LONG = (
    "Bộ phận Tiếp nhận và Trả kết quả Trung tâm Phục vụ hành chính công phường Thượng Đình – Nguyễn Trãi, "
    "thành phố trực thuộc trung ương Hải Phòng"
)
ADDRESS = "https://khao-sat-muc-do-hai-long.haiphong.gov.vn"
CODES = tuple(f"7KQ4M2{place:02d}" for place in range(24))


def words_of(pdf: bytes, folder) -> str:
    """The text as poppler's pdftotext reads it back."""
    path = folder / "read.pdf"
    path.write_bytes(pdf)
    return subprocess.run(
        ["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True
    ).stdout


@pytest.fixture
def made(app):
    """Two posters and a sheet of a wave whose place has a very long name."""
    with app.app_context():
        wave, (collector,) = make_open_wave()
        drawn = make_posters(wave, [collector], address=ADDRESS, language="all", minutes=3)
        sheet = make_slip_sheets(collector, [Sheet(12, CODES)], address=ADDRESS, language="vi")
        return drawn, sheet


def renamed(poster: Poster, place: str) -> Poster:
    return replace(poster, words=tuple(replace(one, place=place) for one in poster.words))


def test_a_poster_is_one_page_however_long_the_name_of_the_place(made):
    drawn = [renamed(made[0][0], place) for place in ("Xã Ỷ La", LONG)]
    assert len(posters.posters_png(drawn, DAY)) == 2


def test_a_poster_says_place_address_and_that_it_is_voluntary_in_both_languages(made, tmp_path):
    said = words_of(posters.posters_pdf([renamed(made[0][0], LONG)], DAY), tmp_path)
    assert made[0][0].address in said
    assert "Tự nguyện" in said
    assert "Voluntary" in said
    assert "Nếu mã không dùng được" in said
    assert " ".join(said.split()).count("Hải Phòng") == 2


def test_every_code_of_a_sheet_stands_on_it_unbroken(made, tmp_path):
    pdf = slips.slips_pdf(made[1], DAY)
    said = words_of(pdf, tmp_path)
    for code in CODES:
        assert f"{code[:4]}-{code[4:]}" in said
    assert len(slips.slips_png(made[1], DAY)) == 1


@pytest.mark.parametrize("name", sorted(shipped()))
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_question_and_option_of_a_shipped_instrument_is_on_its_paper_form(name, language, tmp_path):
    instrument = load(shipped()[name])
    form = form_of(instrument, language, LONG, ("0007",))
    said = " ".join(words_of(forms.form_pdf(form, DAY), tmp_path).split())
    for item in instrument.items:
        if item.type in {"choice", "multi", "text", "number", "date"}:
            assert item.code in said
            first = item.text[language].split()[0]
            assert first in said
    assert "0007" in said


def test_copies_are_counted_each_for_itself(tmp_path):
    instrument = load(shipped()["counter-short-1"])
    one = len(forms.form_png(form_of(instrument, "vi", "Xã Ỷ La", ("0001",)), DAY))
    three = len(forms.form_png(form_of(instrument, "vi", "Xã Ỷ La", ("0001", "0002", "0003")), DAY))
    assert three == 3 * one


def test_the_same_day_gives_the_same_bytes_and_another_day_others(made):
    drawn = made[0]
    assert posters.posters_pdf(drawn, DAY) == posters.posters_pdf(drawn, DAY)
    assert posters.posters_pdf(drawn, DAY) != posters.posters_pdf(drawn, date(2026, 11, 21))
    assert slips.slips_pdf(made[1], DAY) == slips.slips_pdf(made[1], DAY)


def test_a_pdf_claims_the_accessibility_standard_that_typst_checked(made):
    form = form_of(load(shipped()["sipas-2023-1"]), "vi", LONG)
    for pdf in (posters.posters_pdf(made[0], DAY), slips.slips_pdf(made[1], DAY), forms.form_pdf(form, DAY)):
        assert b"pdfuaid:part>1<" in pdf


def test_text_is_never_markup(made, tmp_path):
    poster = renamed(made[0][0], '#pagebreak() *bold* $x$ "quoted" \\ <label> @ref')
    assert len(posters.posters_png([poster], DAY)) == 1


def test_without_typst_there_is_one_sentence(made, monkeypatch):
    monkeypatch.setattr(typesetting, "find_spec", lambda name: None)
    with pytest.raises(typesetting.PrintingUnavailable, match="typst is missing"):
        slips.slips_pdf(made[1], DAY)
