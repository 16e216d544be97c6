"""What the tablet checks before an answer leaves a screen, and the sentence for each fault.

The server checks everything again. But a sheet that was filled without a network is refused only when the
citizen is long gone, so every rule of `surveys.validation` that a person can break is checked here as well.
"""

from __future__ import annotations

from app.answer_sentences import sentence
from app.respond.fields import FIELDS
from surveys.instrument import Instrument, Item
from surveys.validation import FIRST_YEAR, LAST_YEAR, NUMBER_LIMIT, TEXT_LIMIT, AnswerProblem

Rule = dict[str, object]


def rules_of(instrument: Instrument, language: str) -> dict[str, Rule]:
    """By item code: limits, and under `say` the sentence for each problem code. Items without rules are absent."""
    return {item.code: rule for item in instrument.items if (rule := _rule(instrument, item, language))}


def _rule(instrument: Instrument, item: Item, language: str) -> Rule:
    def say(code: str, **context: int | str) -> str:
        return sentence(
            AnswerProblem(item.code, code, context), instrument, FIELDS[item.type].control, language
        )

    match item.type:
        case "text":
            return {"most": TEXT_LIMIT if item.max is None else int(item.max)}
        case "number":
            most = NUMBER_LIMIT if item.max is None else item.max
            # A limit such as 10.0 is said as 10.
            most = int(most) if most == int(most) else most
            limits = {
                "too_large": say("too_large", limit=most),
                "too_small": say("too_small", limit=-NUMBER_LIMIT),
            }
            unread = {code: say(code) for code in ("not_a_number", "ambiguous_number")}
            return {"least": -NUMBER_LIMIT, "most": most, "say": limits | unread}
        case "date":
            return {"least": FIRST_YEAR, "most": LAST_YEAR, "say": {"not_a_date": say("not_a_date")}}
        case "multi":
            alone = {
                option.code: say("exclusive_option", option=option.code)
                for option in instrument.options(item)
                if option.missing is not None
            }
            limit = {} if item.max is None else {"most": int(item.max)}
            many = (
                {} if item.max is None else {"too_many_values": say("too_many_values", limit=int(item.max))}
            )
            return {**limit, "alone": alone, "say": many} if limit or alone else {}
        case _:
            return {}
