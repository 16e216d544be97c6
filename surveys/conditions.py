"""The `show_if` grammar (CONTRACTS 2): conditions over earlier answers, read and evaluated.

    condition   = conjunction { "or" conjunction }
    conjunction = negation { "and" negation }
    negation    = "not" negation | "(" condition ")" | comparison
    comparison  = ITEM ( "==" | "!=" | "<" | "<=" | ">" | ">=" ) literal
                | ITEM "in" "[" literal { "," literal } "]"
                | literal "in" ITEM                              (a multi item)
    literal     = 'text' | "text" | number

A comparison is false where the item has no valid answer: left out, hidden, or an option that stands for a
missing answer. So `q1 != 'yes'` is not the same as `not q1 == 'yes'`.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from surveys.answers import Answer
from surveys.instrument import GRAMMAR_WORDS

Literal = str | float
DEPTH = 40  # parentheses and `not` within each other; more is a mistake, and would exhaust the stack

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>'[^'\n]*'|"[^"\n]*")
      | (?P<number>-?\d+(?:\.\d+)?(?![\w.]))
      | (?P<word>[A-Za-z][A-Za-z0-9_-]*)
      | (?P<sign>==|!=|<=|>=|<|>|\(|\)|\[|\]|,)
    )""",
    re.VERBOSE | re.ASCII,
)
_BLANKS = re.compile(r"\s*")
# Fifteen digits are what a float holds exactly.
_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?", re.ASCII)
_RELATIONS: dict[str, Callable[..., bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class ConditionError(ValueError):
    """A condition that can't be read; `position` counts characters from 1."""

    def __init__(self, position: int, reason: str):
        super().__init__(f"at character {position}: {reason}")
        self.position = position
        self.reason = reason


def number(text: str) -> float | None:
    """The number that a code or answer writes with digits and a dot; None where it is none."""
    return float(text) if _NUMBER.fullmatch(text) else None


def equal(answer: str, literal: Literal) -> bool:
    """Whether an answer is what a literal writes; a number is compared as a number."""
    return answer == literal if isinstance(literal, str) else number(answer) == literal


@dataclass(frozen=True, slots=True)
class Comparison:
    """One item against literals.

    `operator` is one of `== != < <= > >=` with one literal, `in` (the item's answer is one of the literals)
    or `contains` (a multi item's answer holds the one literal).
    """

    item: str
    operator: str
    literals: tuple[Literal, ...]
    position: int = field(default=1, compare=False)

    def holds(self, answers: Mapping[str, Answer]) -> bool:
        answer = answers.get(self.item)
        if answer is None:
            return False
        if isinstance(answer, tuple):
            return self.operator == "contains" and any(equal(one, self.literals[0]) for one in answer)
        if self.operator == "in":
            return any(equal(answer, literal) for literal in self.literals)
        return self.operator != "contains" and _compare(answer, self.operator, self.literals[0])

    def __str__(self) -> str:
        if self.operator == "contains":
            return f"{_written(self.literals[0])} in {self.item}"
        right = ", ".join(_written(literal) for literal in self.literals)
        return f"{self.item} {self.operator} " + (f"[{right}]" if self.operator == "in" else right)


@dataclass(frozen=True, slots=True)
class Not:
    """Holds where its term does not."""

    term: Term

    def holds(self, answers: Mapping[str, Answer]) -> bool:
        return not self.term.holds(answers)

    def __str__(self) -> str:
        return f"not {_enclosed(self.term)}"


@dataclass(frozen=True, slots=True)
class And:
    """Holds where every term holds; written with `and`."""

    terms: tuple[Term, ...]

    def holds(self, answers: Mapping[str, Answer]) -> bool:
        return all(term.holds(answers) for term in self.terms)

    def __str__(self) -> str:
        return " and ".join(_enclosed(term) for term in self.terms)


@dataclass(frozen=True, slots=True)
class Or:
    """Holds where at least one term holds; written with `or`."""

    terms: tuple[Term, ...]

    def holds(self, answers: Mapping[str, Answer]) -> bool:
        return any(term.holds(answers) for term in self.terms)

    def __str__(self) -> str:
        return " or ".join(_enclosed(term) for term in self.terms)


Term = Comparison | Not | And | Or


@dataclass(frozen=True, slots=True)
class Condition:
    """A parsed `show_if`. `str()` writes it back in one canonical spelling."""

    root: Term

    def holds(self, answers: Mapping[str, Answer]) -> bool:
        """Whether it holds over valid answers; items that are absent from `answers` have none."""
        return self.root.holds(answers)

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """Every comparison, in the order written."""
        return tuple(_comparisons(self.root))

    @property
    def items(self) -> tuple[str, ...]:
        """Codes of the items it reads, each once, in the order written."""
        return tuple(dict.fromkeys(comparison.item for comparison in self.comparisons))

    def __str__(self) -> str:
        return str(self.root)


@lru_cache(maxsize=4096)
def parse(text: str) -> Condition:
    """Reads a `show_if`; ConditionError says at which character it stops making sense."""
    return Condition(_Parser(text).condition())


def _compare(answer: str, relation: str, literal: Literal) -> bool:
    left = answer if isinstance(literal, str) else number(answer)
    return left is not None and _RELATIONS[relation](left, literal)


def _comparisons(term: Term) -> Iterator[Comparison]:
    match term:
        case Comparison():
            yield term
        case Not():
            yield from _comparisons(term.term)
        case And() | Or():
            for one in term.terms:
                yield from _comparisons(one)


def _written(literal: Literal) -> str:
    if isinstance(literal, str):
        return f'"{literal}"' if "'" in literal else f"'{literal}'"
    # By way of Decimal, because `str` would write 1e-09 and the grammar knows no exponent.
    return f"{Decimal(repr(literal)):f}".removesuffix(".0")


def _enclosed(term: Term) -> str:
    return f"({term})" if isinstance(term, And | Or) else str(term)


class _Parser:
    """Recursive descent over the tokens of one condition."""

    def __init__(self, text: str):
        self.tokens = list(_tokens(text))
        self.at = 0
        self.depth = 0

    def condition(self) -> Term:
        term = self._any()
        if self._kind != "end":
            raise self._error(f"{self._shown} can't stand here; join comparisons with `and` or `or`")
        return term

    def _any(self) -> Term:
        terms = [self._all()]
        while self._take("or"):
            terms.append(self._all())
        return terms[0] if len(terms) == 1 else Or(tuple(terms))

    def _all(self) -> Term:
        terms = [self._negation()]
        while self._take("and"):
            terms.append(self._negation())
        return terms[0] if len(terms) == 1 else And(tuple(terms))

    def _negation(self) -> Term:
        self.depth += 1
        if self.depth > DEPTH:
            raise self._error(f"more than {DEPTH} parentheses or `not` within each other")
        if self._take("not"):
            term: Term = Not(self._negation())
        elif self._take("("):
            term = self._any()
            self._need(")", "close the parenthesis with `)`")
        else:
            term = self._comparison()
        self.depth -= 1
        return term

    def _comparison(self) -> Comparison:
        position = self._position
        if self._kind in ("text", "number"):
            literal = self._literal()
            self._need("in", "after a text or number write `in` and a multi item, or begin with the item")
            return Comparison(self._item(), "contains", (literal,), position)
        item = self._item()
        if self._take("in"):
            return Comparison(item, "in", self._list(), position)
        for relation in _RELATIONS:
            if self._take(relation):
                return Comparison(item, relation, (self._literal(),), position)
        if self._take("not"):
            raise self._error("write `not (item in [...])`", back=1)
        raise self._error(f"after item `{item}` write one of == != < <= > >= in")

    def _item(self) -> str:
        if self._kind != "word" or self._value in GRAMMAR_WORDS:
            raise self._error(f"an item code must stand here, not {self._shown}")
        return self._next()

    def _list(self) -> tuple[Literal, ...]:
        self._need("[", "after `in` write a list such as ['a', 'b']")
        literals = [self._literal()]
        while self._take(","):
            literals.append(self._literal())
        self._need("]", "close the list with `]`")
        return tuple(literals)

    def _literal(self) -> Literal:
        if self._kind == "text":
            return self._next()[1:-1]
        if self._kind == "number":
            if (value := number(self._value)) is None:
                raise self._error("a number has at most 15 digits before and after the dot")
            self.at += 1
            return value
        if self._kind == "word" and self._value not in GRAMMAR_WORDS:
            raise self._error(f"put quotes round a text: '{self._value}'")
        raise self._error(f"a quoted text or a number must stand here, not {self._shown}")

    @property
    def _kind(self) -> str:
        return self.tokens[self.at][0]

    @property
    def _value(self) -> str:
        return self.tokens[self.at][1]

    @property
    def _position(self) -> int:
        return self.tokens[self.at][2]

    @property
    def _shown(self) -> str:
        return "the end" if self._kind == "end" else f"`{self._value}`"

    def _next(self) -> str:
        value = self._value
        self.at += 1
        return value

    def _take(self, value: str) -> bool:
        """Passes over a word of the grammar or a sign if it is the next token."""
        if self._kind in ("word", "sign") and self._value == value:
            self.at += 1
            return True
        return False

    def _need(self, value: str, advice: str) -> None:
        if not self._take(value):
            raise self._error(advice)

    def _error(self, reason: str, back: int = 0) -> ConditionError:
        return ConditionError(self.tokens[self.at - back][2], reason)


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    """(kind, value, position from 1), the last of kind `end`."""
    at = 0
    while match := _TOKEN.match(text, at):
        kind = match.lastgroup or ""
        yield kind, match[kind], match.start(kind) + 1
        at = match.end()
    blanks = _BLANKS.match(text, at)
    at = blanks.end() if blanks else at
    if at < len(text):
        raise ConditionError(at + 1, _stray(text[at:]))
    yield "end", "", at + 1


def _stray(rest: str) -> str:
    if rest[0] in "'\"":
        return "this quotation mark is never closed"
    if rest[0] == "=":
        return "write `==` to compare"
    if rest[0] in "&|!":
        return "write `and`, `or`, `not`"
    return f"`{rest[0]}` can't stand in a condition"
