"""Names, numbers and addresses in an open comment are struck out before anyone reads it.

A net with holes: it knows the common Vietnamese family names, forms of address, telephone and identity numbers,
e-mail and web addresses. What it does not know it lets through, so comments are also shown only from a level of
the tree up, shuffled, and the promise says that whoever writes a name is read.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

STRUCK = "▇▇▇"

# A word that begins with a capital, as names do; `\w` knows the Vietnamese letters.
_CAPITAL = r"(?-i:[A-ZÀ-ỸĐ][\w]*)"
_FAMILY = (
    "Nguyễn|Trần|Lê|Phạm|Hoàng|Huỳnh|Phan|Vũ|Võ|Đặng|Bùi|Đỗ|Hồ|Ngô|Dương|Lý|Đinh|Đoàn|Lâm|Trịnh|Mai|Đào|Cao|Hà|"
    "Lương|Lưu|Phùng|Tạ|Tô|Trương|Vương|Châu|Thái|Quách|Nghiêm|Tống|Triệu|Hứa|Doãn|Kiều|Khổng|Chu|Văn|La|Mạc|Giàng|"
    "Vàng|Thào|Sùng|Lò|Quàng|Cầm|Nông|Bế|Ma|Y|H'|K'"
)
_ADDRESS = (
    "ông|bà|anh|chị|cô|chú|bác|em|thầy|đồng chí|đ/c|sếp|trưởng phòng|phó phòng|giám đốc|phó giám đốc|chủ tịch|"
    "phó chủ tịch|mr|mrs|ms|dr|miss"
)

_NETS = (
    re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE),
    # Six digits or more, with the dots, blanks and dashes that people put between them.
    re.compile(r"\+?\d(?:[ .-]?\d){5,}"),
    re.compile(rf"(?<!\w)(?:{_FAMILY})(?:\s+{_CAPITAL}){{1,4}}"),
    re.compile(rf"(?<!\w)(?:{_ADDRESS})\.?\s+({_CAPITAL}(?:\s+{_CAPITAL}){{0,3}})", re.IGNORECASE),
)


@dataclass(frozen=True, slots=True)
class Screened:
    """A comment with what was found struck out, and how often."""

    text: str
    struck: int


def screen(comment: str) -> Screened:
    """Strike out what may name somebody."""
    text, struck = unicodedata.normalize("NFC", comment), 0
    for net in _NETS:
        text, found = net.subn(_strike, text)
        struck += found
    return Screened(text, struck)


def _strike(found: re.Match[str]) -> str:
    # Of "chị Lan" the form of address stays, so that the sentence can still be read.
    if found.re.groups and found.group(1):
        return found.group(0)[: found.start(1) - found.start(0)] + STRUCK
    return STRUCK
