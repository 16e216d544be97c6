"""Routing for somebody with a pen: a `show_if` in words, and where an answer leads past other questions."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from babel.numbers import format_decimal

from app.messages import locale, translations
from surveys.instrument import Instrument, Item
from surveys.routing import And, Comparison, Not, Or, Term, parse

# Marks a sentence for the catalogue; it is translated where the page is made.
_ = str

RELATIONS = {
    "<": _("question %(number)s is below %(value)s"),
    "<=": _("question %(number)s is at most %(value)s"),
    ">": _("question %(number)s is above %(value)s"),
    ">=": _("question %(number)s is at least %(value)s"),
}


class Words:
    """Conditions of one instrument in one language; `numbers` are those printed beside the questions."""

    def __init__(self, instrument: Instrument, numbers: dict[str, int], language: str):
        self.instrument, self.numbers, self.language = instrument, numbers, language
        self.gettext = translations(language).gettext

    def only_if(self, show_if: str | None) -> str | None:
        """`Answer only if …`; None where there is no condition."""
        if show_if is None:
            return None
        return self.gettext("Answer only if %(condition)s.") % {"condition": self._term(parse(show_if).root)}

    def _term(self, term: Term, within: bool = False) -> str:
        match term:
            case And(terms=terms):
                joined = self.gettext(" and ").join(self._term(one, True) for one in terms)
            case Or(terms=terms):
                joined = self.gettext(" or ").join(self._term(one, True) for one in terms)
            case Not(term=Comparison(operator="==") as inner):
                return self.gettext("your answer to question %(number)s is not %(value)s") % self._facts(
                    inner
                )
            case Not(term=inner):
                return self.gettext("it is not so that %(condition)s") % {
                    "condition": self._term(inner, True)
                }
            case Comparison():
                return self._comparison(term)
        return f"({joined})" if within else joined

    def _comparison(self, term: Comparison) -> str:
        facts = self._facts(term)
        if term.operator in RELATIONS:
            return self.gettext(RELATIONS[term.operator]) % facts
        if term.operator == "contains":
            return self.gettext("%(value)s is among your answers to question %(number)s") % facts
        if term.operator == "!=":
            return self.gettext("your answer to question %(number)s is given and is not %(value)s") % facts
        return self.gettext("your answer to question %(number)s is %(value)s") % facts

    def _facts(self, term: Comparison) -> dict[str, int | str]:
        item = self.instrument.item(term.item)
        return {"number": self.numbers[item.code], "value": self._values(item, term)}

    def _values(self, item: Item, term: Comparison) -> str:
        labels = {option.code: option.label[self.language] for option in self.instrument.options(item)}
        said = []
        for literal in term.literals:
            text = literal if isinstance(literal, str) else f"{literal:g}"
            if text in labels:
                said.append(f"“{labels[text]}”")
            elif isinstance(literal, str):
                said.append(f"“{literal}”")
            else:
                said.append(format_decimal(literal, locale=locale(self.language)))
        return self.gettext(" or ").join(said)


def next_after(instrument: Instrument, item: Item, option: str) -> str | None:
    """Where this option of a choice item leads, if it leads past something.

    The code of the next item that may be asked, "" where none is left, None where it is simply the next one.
    An item is passed over only where this one answer alone makes its condition false.
    """
    valid = option in instrument.valid_codes[item.code]

    def holds(comparison: Comparison) -> bool | None:
        if comparison.item != item.code:
            return None
        return valid and comparison.holds({item.code: option})

    after = list(_following(instrument, item))
    for place, (code, conditions) in enumerate(after):
        if not any(_known(parse(text).root, holds) is False for text in conditions):
            return None if place == 0 else code
    return "" if after else None


def _following(instrument: Instrument, item: Item) -> Iterator[tuple[str, tuple[str, ...]]]:
    passed = False
    for section in instrument.sections:
        for each in section.items:
            if passed:
                yield each.code, tuple(text for text in (section.show_if, each.show_if) if text)
            passed = passed or each.code == item.code


def _known(term: Term, holds: Callable[[Comparison], bool | None]) -> bool | None:
    """The truth of a term as far as one answer settles it; None where others decide."""
    match term:
        case Comparison():
            return holds(term)
        case Not(term=inner):
            settled = _known(inner, holds)
            return None if settled is None else not settled
        case And(terms=terms):
            parts = [_known(one, holds) for one in terms]
            return False if False in parts else None if None in parts else True
        case Or(terms=terms):
            parts = [_known(one, holds) for one in terms]
            return True if True in parts else None if None in parts else False
