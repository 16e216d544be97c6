"""Names of the files that belong to a domain: lower case with dashes, ASCII only."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

WHOLE = "whole"
# Characters of a stem: file systems take 255 bytes, spreadsheets 218 characters with the extension.
LENGTH = 100


def file_stem(by: str | None, domain: str | None) -> str:
    """The stem of a domain, the same for the same domain; of the whole where `domain` is None."""
    if domain is None:
        return WHOLE
    text = unicodedata.normalize("NFD", f"{by}-{domain}".lower().replace("đ", "d"))
    plain = "".join(character for character in text if not unicodedata.combining(character))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LENGTH].rstrip("-") or "domain"


def file_stems(
    domains: Iterable[tuple[str | None, str | None]],
) -> dict[tuple[str | None, str | None], str]:
    """The stem of every (by, domain) of a run; those that would be the same are numbered in their order."""
    found: dict[tuple[str | None, str | None], str] = {}
    taken: set[str] = set()
    for by, domain in domains:
        plain = stem = file_stem(by, domain)
        number = 1
        while stem in taken:
            number += 1
            stem = f"{plain}-{number}"
        taken.add(stem)
        found[by, domain] = stem
    return found
