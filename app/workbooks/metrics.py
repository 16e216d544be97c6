"""How wide and how high a text is in Arial, so that columns and rows are made to fit it.

A spreadsheet program fits nothing by itself when it opens a file: a row that is too low shows half of its
text. The widths are those of Arial, which its free twins (Liberation Sans, Arimo) share to the unit.
"""

from __future__ import annotations

from functools import lru_cache
from math import ceil
from unicodedata import combining, normalize

BODY_SIZE = 11  # points
LINE_HEIGHT = 19  # pixels of one line of the body, the height that Excel gives a row of Arial 11
CELL_PADDING = 9  # pixels lost to the margins of a cell and to the rounding of letters to pixels
INDENT = 9  # pixels of one step of indentation
BOLD = 1.1  # bold Arial is 7 to 10 per cent wider in running text

# Advance widths in thousandths of the font size. Letters that are not listed are as wide as the letter
# under their marks: every Vietnamese letter but the horned ones.
_CLASSES = {
    191: "'",
    222: "ijl‘’",
    260: "|",
    278: " !,./:;I[\\]ft\u00a0",
    333: "()-`r“”·",
    334: "{}",
    355: '"•',
    400: "*°",
    500: "Jck^svxyz",
    556: "#$0123456789?L_abdeghnopquđ–§€₫±≥≤≈",
    584: "+<=>~×−",
    611: "FTZ",
    667: "&ABEKPSVXYơư",
    722: "CDHNRUwĐ",
    778: "GOQ",
    833: "Mm",
    857: "ƠƯ",
    889: "%",
    944: "W",
    1015: "@",
}


class _Widths(dict[str, int]):
    """Widths by character; one not seen before is measured as its base letter, or taken as a full square."""

    def __missing__(self, character: str) -> int:
        if combining(character):
            width = 0
        else:
            # The horn belongs to the letter: decompose one mark at a time.
            base = normalize("NFD", character)
            shorter = normalize("NFC", base[:-1]) if len(base) > 1 else ""
            width = self[shorter] if len(shorter) == 1 else 1000
        self[character] = width
        return width


_WIDTHS = _Widths({character: width for width, members in _CLASSES.items() for character in members})


@lru_cache(maxsize=8192)
def _units(text: str) -> int:
    """Width of a text without line feeds, in thousandths of the font size."""
    return sum(map(_WIDTHS.__getitem__, text))


def _unit_size(bold: bool, size: int) -> float:
    """Pixels of one thousandth of the font size; letters stand on whole pixels, so the size is rounded up."""
    return ceil(size * 96 / 72) * (BOLD if bold else 1) / 1000


def text_width(text: str, *, bold: bool = False, size: int = BODY_SIZE) -> int:
    """Pixels (at 96 to the inch) that the longest line of a text takes."""
    return ceil(max(map(_units, text.split("\n"))) * _unit_size(bold, size))


def longest_word(text: str, *, bold: bool = False) -> int:
    """Pixels of the widest word, which a column should not be narrower than."""
    return max((text_width(word, bold=bold) for word in text.split()), default=0)


def line_count(text: str, width: int, *, bold: bool = False, size: int = BODY_SIZE) -> int:
    """Lines that a text takes when wrapped at spaces in a column of `width` pixels."""
    return wrapped(text, width, bold=bold, size=size)[0]


@lru_cache(maxsize=8192)
def wrapped(text: str, width: int, *, bold: bool = False, size: int = BODY_SIZE) -> tuple[int, int]:
    """Lines of a text in a column of `width` pixels, and the pixels of the widest of them."""
    unit = _unit_size(bold, size)
    room = max(width - CELL_PADDING, 1) / unit
    paragraphs = [_lines_of(paragraph, room) for paragraph in text.split("\n")]
    return sum(lines for lines, _ in paragraphs), ceil(max(widest for _, widest in paragraphs) * unit)


def _lines_of(paragraph: str, room: float) -> tuple[int, float]:
    whole = _units(paragraph)
    if whole <= room:
        return 1, whole
    space = _units(" ")
    lines, used, widest = 1, 0.0, 0.0
    for word in paragraph.split(" "):
        length = _units(word)
        if used and used + space + length > room:
            lines, used = lines + 1, 0.0
        # A word wider than the column is broken where it stands.
        broken = int(length // room)
        lines += broken
        used += (space if used else 0) + length - broken * room
        widest = max(widest, room if broken else used)
    return lines, widest
