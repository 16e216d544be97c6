"""Passwords that a guesser tries first, told by their shape: what no rule of signs would catch.

A list of a hundred thousand leaked passwords would not help much here: almost all of them are shorter than twelve
letters. What is long and common is a short word blown up, a run of keys, or the person's own name and address.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

# Without marks and digits, as `_core` leaves them. Our own choice of what stands at the head of every such list.
COMMON = frozenset(
    {
        "password",
        "passwordpassword",
        "administrator",
        "letmein",
        "welcome",
        "iloveyou",
        "changeme",
        "qwertyuiop",
        "qwertyuiopasdfgh",
        "asdfghjkl",
        "matkhau",
        "matkhaumatkhau",
        "hailong",
        "hailongadmin",
        "khaosat",
        "vietnam",
        "hochiminh",
        "anhyeuem",
        "emyeuanh",
        "quantri",
        "quantrivien",
    }
)

ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "01234567890123456789",
    "1qaz2wsx3edc4rfv5tgb",
)
SHORTEST_NAME = 4  # parts of a name or address that are shorter stand in too many words


def is_common(password: str, own: Iterable[str] = ()) -> bool:
    """Whether a guesser who knows these own words (address, name) tries it early."""
    plain = _plain(password)
    return (
        not COMMON.isdisjoint(_cores(plain))
        or _is_repeated(plain)
        or any(plain in row * 2 or plain in row[::-1] * 2 for row in ROWS)
        or any(_is_mostly(plain, word) for word in _words(own))
    )


def _plain(text: str) -> str:
    """Lower case, without marks and blanks, so that `Mật Khẩu` is `matkhau`."""
    apart = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(sign for sign in apart if not unicodedata.combining(sign) and not sign.isspace())


def _cores(plain: str) -> set[str]:
    """Without digits and other signs, as it stands, and with signs read as the letters they stand for."""
    read = plain.rstrip("0123456789!.").translate(str.maketrans("0@$3", "oase"))
    return {re.sub(r"[^a-z]", "", one) for one in (plain, read)}


def _is_repeated(plain: str) -> bool:
    """One to four signs again and again: `aaaaaaaaaaaa`, `abcabcabcabc`, `2024 2024 2024`."""
    return re.fullmatch(r"(.{1,4}?)\1{2,}.{0,3}", plain, re.DOTALL) is not None


def _words(own: Iterable[str]) -> Iterable[str]:
    for text in own:
        whole = _plain(text)
        local = whole.partition("@")[0]
        parts = {whole, local, *re.split(r"[^a-z0-9]+", local)}
        yield from sorted(word for word in parts if len(word) >= SHORTEST_NAME)


def _is_mostly(plain: str, word: str) -> bool:
    """The word and hardly anything else."""
    left = plain.replace(word, "")
    return left != plain and len(left) < 6
