"""What a respondent said: answers by item code, and the one spelling that their hash is taken over."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from typing import Literal, get_args

from surveys.instrument import Instrument, Item

# A text code, or the chosen codes of a multi item in the instrument's order.
Answer = str | tuple[str, ...]
# By item code, only what was answered: a blank is absent, never an empty text.
Answers = dict[str, Answer]

MissingKind = Literal["not_applicable", "dont_know", "refused", "not_asked", "no_answer"]
MISSING_KINDS: tuple[MissingKind, ...] = get_args(MissingKind)


def canonical(instrument: Instrument, answers: Answers) -> str:
    """The same answers in the same spelling, whatever order they came in: JSON of identity and answers.

    Items stand in the order of the instrument, the codes of a multi item in the order of its options.
    ValueError if an item or an option of a multi item is not of this instrument.
    """
    if strangers := sorted(set(answers) - {item.code for item in instrument.items}):
        raise ValueError(
            f"Answers to items that {instrument.identity} does not have: {', '.join(strangers)}."
        )
    spelled = {
        item.code: _spelled(instrument, item, answers[item.code])
        for item in instrument.items
        if item.code in answers
    }
    document = {"instrument": instrument.identity, "answers": spelled}
    return unicodedata.normalize("NFC", json.dumps(document, ensure_ascii=False, separators=(",", ":")))


def sha256(instrument: Instrument, answers: Answers) -> str:
    """SHA-256 of the canonical answers, in hexadecimal: equal hashes are the same response sent again."""
    return hashlib.sha256(canonical(instrument, answers).encode()).hexdigest()


def _spelled(instrument: Instrument, item: Item, answer: Answer) -> str | list[str]:
    if isinstance(answer, str):
        return answer
    chosen = set(answer)
    spelled = [option.code for option in instrument.options(item) if option.code in chosen]
    if len(spelled) != len(chosen):
        raise ValueError(f"The answer to item {item.code} holds a code that is not one of its options.")
    return spelled
