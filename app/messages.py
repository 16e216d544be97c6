"""Every sentence a person reads, in their language.

English sentences stand in the code and are the keys; each other language has one folder of catalogues under
`app/translations/`, one file per room, which Babel reads at start. The language is always an argument:
a page that is cached, or a workbook made without a request, must not depend on who asked last.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

SOURCE_LANGUAGE = "en"
TRANSLATIONS = Path(__file__).parent / "translations"


@cache
def languages() -> tuple[str, ...]:
    """The languages the interface speaks, the source language first."""
    return (SOURCE_LANGUAGE, *sorted(folder.name for folder in TRANSLATIONS.iterdir() if folder.is_dir()))


@cache
def translations(language: str) -> NullTranslations:
    """The catalogue of a language; one that the interface does not speak gets the source language.

    Use as `_ = translations(language).gettext`, so that extraction finds the sentences.
    """
    merged = Translations()
    for path in sorted((TRANSLATIONS / language).glob("*.po")) if language != SOURCE_LANGUAGE else ():
        compiled = BytesIO()
        with path.open("rb") as file:
            write_mo(compiled, read_po(file, locale=language, abort_invalid=True))
        compiled.seek(0)
        catalogue = Translations(compiled)
        merged.merge(catalogue)
        # Merging takes over the sentences and leaves the plural rule behind: Vietnamese has one form, not two.
        merged.plural = catalogue.plural
    return merged


@cache
def locale(language: str) -> Locale:
    """Babel's rules for numbers and dates of a language."""
    return Locale.parse(language, sep="-")
