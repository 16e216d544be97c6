"""Every sentence a person can read exists in every language of the interface, once and completely."""

from __future__ import annotations

import ast
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from app.messages import SOURCE_LANGUAGE, TRANSLATIONS, languages

APP = Path(__file__).parents[2] / "app"
CALLS = ("_", "gettext")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}")

other_languages = pytest.mark.parametrize(
    "language", [language for language in languages() if language != SOURCE_LANGUAGE]
)


@cache
def used() -> dict[str, str]:
    """Every sentence in the code and the templates, with a place where it stands."""
    found = {message: place for path in sorted(APP.rglob("*.py")) for message, place in _in_code(path)}
    for file, line, message, _, _ in extract_from_dir(
        APP / "templates", [("**.html", "jinja2.ext:babel_extract")], {"**.html": {"silent": "false"}}
    ):
        found[message] = f"templates/{file}:{line}"
    return found


def _in_code(path: Path) -> Iterator[tuple[str, str]]:
    """From the syntax tree, since Babel's own reader sees nothing inside an f-string."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            name = getattr(node.func, "id", None) or getattr(node.func, "attr", None)
            if name in CALLS:
                yield node.args[0].value, f"{path.relative_to(APP)}:{node.lineno}"


@cache
def translated(language: str) -> dict[str, list[tuple[str, Message]]]:
    """For every sentence of the catalogues, the room and the entry of each translation."""
    entries: dict[str, list[tuple[str, Message]]] = defaultdict(list)
    for path in sorted((TRANSLATIONS / language).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=language, abort_invalid=True):
                if message.id:
                    entries[message.id].append((path.stem, message))
    return entries


def test_sentences_are_found_in_code_and_in_templates():
    places = "\n".join(used().values())
    assert "services/assembly/" in places
    assert "templates/" in places


@other_languages
def test_every_sentence_has_a_translation(language):
    said = {message for message, entries in translated(language).items() if entries[0][1].string}
    lacking = [f"{place}: {message!r}" for message, place in used().items() if message not in said]
    assert not lacking, "Write a msgstr in the room's .po file for:\n" + "\n".join(lacking)


@other_languages
def test_no_translation_is_left_over(language):
    left = [f"{entries[0][0]}.po: {m!r}" for m, entries in translated(language).items() if m not in used()]
    assert not left, "Nothing says these any more; remove them:\n" + "\n".join(left)


@other_languages
def test_no_translation_is_marked_doubtful_or_obsolete(language):
    doubtful = [m for m, entries in translated(language).items() if any(e.fuzzy for _, e in entries)]
    assert not doubtful, f"Check these and remove the mark `fuzzy`: {doubtful}"
    for path in (TRANSLATIONS / language).glob("*.po"):
        assert "\n#~" not in path.read_text(encoding="utf-8"), (
            f"{path.name} keeps obsolete entries; remove them."
        )


@other_languages
def test_a_translation_fills_the_same_placeholders(language):
    wrong = [
        f"{room}.po: {message!r} -> {entry.string!r}"
        for message, entries in translated(language).items()
        for room, entry in entries
        if sorted(PLACEHOLDER.findall(message)) != sorted(PLACEHOLDER.findall(entry.string))
    ]
    assert not wrong, "These lose or invent a placeholder:\n" + "\n".join(wrong)


@other_languages
def test_one_sentence_has_one_translation(language):
    torn = {
        message: {room: entry.string for room, entry in entries}
        for message, entries in translated(language).items()
        if len({entry.string for _, entry in entries}) > 1
    }
    assert not torn, f"Rooms translate the same sentence differently; agree on one: {torn}"


@other_languages
def test_translations_are_composed_text_without_blanks_around_them(language):
    for message, entries in translated(language).items():
        for room, entry in entries:
            assert entry.string == unicodedata.normalize("NFC", entry.string), f"{room}.po: {message!r}"
            assert (message == message.strip()) == (entry.string == entry.string.strip()), (
                f"{room}.po: {message!r}"
            )
