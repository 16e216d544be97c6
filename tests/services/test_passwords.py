"""Which long passwords are refused because guessers try them first, and that plain good ones are not."""

from __future__ import annotations

import pytest

from app.services.accounts import PasswordCommon, PasswordTooLong, hash_password
from app.services.passwords import is_common

OWN = ("lan.nguyen@office.vn", "Nguyễn Thị Lan")


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "P@ssw0rd2026",
        "Mật khẩu 123456",
        "matkhau2026!",
        "Quản trị viên 1",
        "hailong20262026",
        "qwertyuiop[]",
        "qwertyuiopas",
        "poiuytrewqmn",
        "123456789012",
        "987654321098",
        "abcdefghijkl",
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "2026 2026 2026",
        "lan.nguyen@office.vn",
        "Lan.Nguyen2026",
        "Nguyễn Thị Lan",
        "nguyenthilan1",
    ],
)
def test_a_guesser_tries_these_early(password):
    assert is_common(password, OWN)
    with pytest.raises(PasswordCommon):
        hash_password(password, OWN)


@pytest.mark.parametrize(
    "password",
    [
        "Mưa thuận gió hoà",
        "trăng thanh gió mát",
        "correct horse battery staple",
        "dwK9!vmq2Lx0",
        "Lan đi chợ mua cá về kho",
        "ngày 20 tháng 11 trời mưa",
        "mật khẩu của tôi là một câu dài",
    ],
)
def test_a_few_words_are_taken(password):
    assert not is_common(password, OWN)


def test_what_nobody_types_is_not_hashed():
    with pytest.raises(PasswordTooLong):
        hash_password("trăng thanh gió mát " * 1000)
