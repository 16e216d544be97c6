"""What is wrong with an answer, said to the respondent; the sentences are those of `app.answer_sentences`."""

from __future__ import annotations

from app.answer_sentences import missing_sentence, sentence

__all__ = ["missing_sentence", "sentence"]
