"""Which items a respondent is asked: `show_if` of sections and items, followed through an instrument.

A condition sees valid answers only: not what was left out, hidden, or answered by an option that stands for
a missing answer. The grammar stands in `surveys/conditions.py`; its names are given here too, so that this
module is all that a reader of conditions needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from surveys.answers import Answer, Answers
from surveys.conditions import And, Comparison, Condition, ConditionError, Not, Or, Term, parse
from surveys.instrument import Instrument, Item

__all__ = [
    "And",
    "Comparison",
    "Condition",
    "ConditionError",
    "Not",
    "Or",
    "Term",
    "asked",
    "parse",
    "route",
    "valid_answer",
]


def route(instrument: Instrument, answer_to: Callable[[Item], Answer | None]) -> Iterator[tuple[Item, bool]]:
    """Goes through the instrument in order and says of each item whether it is asked.

    `answer_to` is called for every item that is asked, once, after what comes before it is settled, and
    gives the respondent's answer or None; an answer to a hidden item can therefore steer nothing.
    """
    valid: dict[str, Answer] = {}
    for section in instrument.sections:
        section_asked = section.show_if is None or parse(section.show_if).holds(valid)
        for item in section.items:
            asked = section_asked and (item.show_if is None or parse(item.show_if).holds(valid))
            if asked and (answer := valid_answer(instrument, item, answer_to(item))) is not None:
                valid[item.code] = answer
            yield item, asked


def asked(instrument: Instrument, answers: Answers) -> frozenset[str]:
    """Codes of the items that a respondent with these answers is asked."""
    return frozenset(
        item.code for item, shown in route(instrument, lambda item: answers.get(item.code)) if shown
    )


def valid_answer(instrument: Instrument, item: Item, answer: Answer | None) -> Answer | None:
    """The answer without what stands for a missing answer or is no option; None where nothing is left."""
    if answer is None or item.type not in ("choice", "multi"):
        return answer
    valid = instrument.valid_codes[item.code]
    if isinstance(answer, tuple):
        return tuple(code for code in answer if code in valid) or None
    return answer if answer in valid else None
