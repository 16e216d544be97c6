"""Refusals that a page can say in its own language: the sentence and its facts, kept apart."""

from __future__ import annotations

from app.messages import translations
from app.services.errors import ServiceError


class SpokenError(ServiceError):
    """Nothing was changed. `sentence` is the catalogue's key; as text the error is in English."""

    def __init__(self, sentence: str, **facts: object):
        super().__init__(sentence % facts if facts else sentence)
        self.sentence = sentence
        self.facts = facts

    def said(self, language: str) -> str:
        """The sentence in this language."""
        found = translations(language).gettext(self.sentence)
        return found % self.facts if self.facts else found
