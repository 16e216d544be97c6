"""Names, numbers and addresses do not get through; ordinary sentences do."""

from __future__ import annotations

import unicodedata

import pytest

from app.services.staff.screening import STRUCK, screen


@pytest.mark.parametrize(
    ("comment", "gone"),
    [
        ("Anh Nguyễn Văn Hùng hay đi muộn", "Hùng"),
        ("chị Lan ở phòng một cửa rất tốt", "Lan"),
        ("Gọi 0912 345 678 để biết thêm", "678"),
        ("Gọi +84.912.345.678", "912"),
        ("Căn cước 001099012345", "001099012345"),
        ("viết cho lan.tran@bo.gov.vn", "lan.tran"),
        ("xem https://facebook.com/lan", "facebook"),
        ("Trưởng phòng Dũng không nghe ai", "Dũng"),
        ("đồng chí Trần Thị Bích Ngọc", "Ngọc"),
        ("Mr Smith never listens", "Smith"),
        (unicodedata.normalize("NFD", "ông Đặng Quốc Toàn"), "Toàn"),
    ],
)
def test_who_or_what_names_somebody_is_struck_out(comment, gone):
    found = screen(comment)
    assert gone not in found.text
    assert STRUCK in found.text
    assert found.struck >= 1


@pytest.mark.parametrize(
    "comment",
    [
        "Cần thêm máy tính và phòng họp.",
        "Lương thấp, việc nhiều; năm 2026 nên tuyển thêm 2 người.",
        "Anh em trong phòng đoàn kết.",
        "Leaders should listen more.",
    ],
)
def test_an_ordinary_sentence_is_left_as_it_is(comment):
    assert screen(comment) == type(screen(comment))(comment, 0)


def test_the_form_of_address_stays():
    assert screen("chị Lan rất tốt").text == f"chị {STRUCK} rất tốt"
