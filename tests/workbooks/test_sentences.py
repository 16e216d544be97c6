"""Every sentence of the workbook room and of figures is there in every language."""

from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir, extract_from_file

from app.messages import SOURCE_LANGUAGE, languages, translations

APP = Path(__file__).parents[2] / "app"


def sentences():
    """Everything marked for translation."""
    found = [message for _, message, _, _ in extract_from_file("python", APP / "figures.py")]
    found += [message for _, _, message, _, _ in extract_from_dir(APP / "workbooks", [("**.py", "python")])]
    return found


@pytest.mark.parametrize("language", [language for language in languages() if language != SOURCE_LANGUAGE])
def test_every_sentence_is_translated(language):
    assert len(sentences()) > 15
    catalogue = translations(language)
    assert [sentence for sentence in sentences() if catalogue.gettext(sentence) == sentence] == []
