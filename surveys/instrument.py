"""What an instrument is: one version of a questionnaire, as written in its YAML file.

The classes are both the file format (unknown keys are errors, `instrument.schema.json` is generated from
them by `python -m surveys.instrument`) and the object the rest of the house works with. Rules that need to
see two places at once live in `surveys/checking.py`; an `Instrument` that came through
`surveys/loading.py` has passed both. The docstring of each key is its description in the JSON Schema.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict, StringConstraints

CODE_PATTERN = r"^[a-z][a-z0-9_-]*$"
# An option code may be any text that data can hold (`5`, `na`, `-99`), but not with blanks around it.
OPTION_PATTERN = r"^[^\s\x00-\x1f]([^\x00-\x1f]*[^\s\x00-\x1f])?$"
LANGUAGE_PATTERN = r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$"

# Between an item and an option in the name of a column (`q2__tv`), so it may stand in no code.
RESERVED = "__"
# Words of the `show_if` grammar and columns of the snapshot (CONTRACTS 7): no item may be called so.
GRAMMAR_WORDS = frozenset(("and", "or", "not", "in"))
RESERVED_CODES = GRAMMAR_WORDS | frozenset(
    ("response_key", "agency", "collector", "stratum", "weight", "mode", "language", "date", "week", "flags")
)


def _as_text(written: object) -> object:
    """A number where the format wants text is that text: `code: 5` is the code "5"."""
    if isinstance(written, int | float) and not isinstance(written, bool):
        return str(written)
    return written


Words = Annotated[
    str,
    StringConstraints(min_length=1, strip_whitespace=True),
    BeforeValidator(_as_text, json_schema_input_type=Annotated[str, Field(min_length=1)] | int | float),
]
Code = Annotated[str, StringConstraints(pattern=CODE_PATTERN, max_length=64)]
OptionCode = Annotated[
    str,
    StringConstraints(pattern=OPTION_PATTERN, max_length=64),
    BeforeValidator(
        _as_text,
        json_schema_input_type=Annotated[str, Field(pattern=OPTION_PATTERN, max_length=64)] | int | float,
    ),
]
Language = Annotated[str, StringConstraints(pattern=LANGUAGE_PATTERN)]
# The JSON Schema of a mapping allows any other key beside the named pattern unless it is told not to.
_ONLY = Field(json_schema_extra={"additionalProperties": False})
Text = Annotated[dict[Language, Words], _ONLY]
Number = Annotated[float, Strict(), Field(allow_inf_nan=False)]
Whole = Annotated[int, Strict()]
YesNo = Annotated[bool, Strict()]
ConditionText = Annotated[str, StringConstraints(min_length=1, max_length=1000)]

Kind = Literal["survey", "assessment", "report"]
Audience = Literal["citizen", "business", "staff", "inspector", "officer"]
ItemType = Literal["choice", "multi", "text", "number", "date", "file", "rated_agency"]
Role = Literal["score", "profile", "screening", "open"]
Rateable = Literal["all", "others"]
Wording = Literal["official", "own"]
Status = Literal["V", "P", "M", "own"]
Measure = Literal["top_box", "mean_100", "points"]
Aggregate = Literal["pooled_answers", "mean_of_items", "mean_of_children", "respondent_mean"]
# What an option may stand for. The other missing kinds (`not_asked`, `no_answer`) are never options: they
# follow from the routing and from a blank.
MissingOption = Literal["not_applicable", "dont_know", "refused"]


class Part(BaseModel):
    """Base of everything in an instrument file: frozen, and an unknown key is an error."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, coerce_numbers_to_str=False, use_attribute_docstrings=True
    )


class Option(Part):
    """One choice: the `code` is stored, the `label` is shown. Only an option with a `value` scores."""

    code: OptionCode
    """What is stored and what data files hold; unique among the options."""
    label: Text
    """What the respondent reads, per language."""
    value: Number | None = None
    """The score of this option; options of one scale have all a value or stand for a missing answer."""
    missing: MissingOption | None = None
    """The missing kind this option stands for; it has no value and is outside the base."""


class Scale(Part):
    """Ordered options. `satisfied` lists the codes that count for top_box; without it there is none."""

    options: tuple[Option, ...] = Field(min_length=1)
    """The choices in the order they are shown."""
    satisfied: tuple[OptionCode, ...] = ()
    """Codes of the options that count as satisfied in top_box; without them the scale has no top_box."""


class Item(Part):
    """One coded question. `wording` says whose sentence it is; what is not known to be official is ours."""

    code: Code
    """Identity of the question across versions; a change of meaning is a new code."""
    text: Text
    """The question, per language."""
    type: ItemType = "choice"
    """How it is answered."""
    scale: Code | None = None
    """Name of the scale that gives the options; for choice and multi, instead of `options`."""
    options: tuple[Option, ...] = ()
    """The item's own options; for choice and multi, instead of `scale`."""
    agencies: Rateable | None = None
    """For rated_agency: which agencies can be chosen; others: all but the respondent's own."""
    required: YesNo = False
    """Whether a respondent must answer; otherwise leaving out is `no_answer`."""
    reverse: YesNo = False
    """Whether agreement is bad: a value becomes min + max - value, and `satisfied` is mirrored."""
    role: Role = "score"
    """What the item is for; only score items stand in an index."""
    show_if: ConditionText | None = None
    """Condition over earlier items; the item is asked only where it holds."""
    hint: Text | None = None
    """Help shown under the question, per language."""
    clause: Words | None = None
    """Clause of a code of conduct or standard that the item is about."""
    maps_to: Words | None = None
    """Item or factor of another instrument that this one corresponds to."""
    max: Number | None = None
    """Most points of a score item; largest number; most characters of a text; most options of a multi item."""
    source: Words | None = None
    """Where the item comes from."""
    wording: Wording = "own"
    """Whose sentence it is: `official` only where it is that of the source, word for word."""
    status: Status | None = None
    """How far the source was verified: V verified, P partly, M from memory, own ours."""


class Section(Part):
    """A page of the instrument."""

    code: Code
    """Unique among the sections."""
    title: Text
    """Heading of the page, per language."""
    introduction: Text | None = None
    """What stands above the first item, per language."""
    show_if: ConditionText | None = None
    """Condition over items of earlier sections; the whole section is asked only where it holds."""
    items: tuple[Item, ...] = Field(min_length=1)
    """The items in the order they are asked."""


class Node(Part):
    """A factor, or group of factors: it has `items` or `children`, never both (CONTRACTS 3).

    `score` and `aggregate` that are not given are inherited from the node above; `Instrument.walk` gives
    them resolved. `coefficient` is the node's share among its siblings where children are averaged.
    """

    code: Code
    """Unique within its index."""
    title: Text
    """Name of the factor, per language."""
    items: tuple[Code, ...] = ()
    """Codes of the items of this factor; instead of `children`."""
    children: tuple[Node, ...] = ()
    """The factors of this group; instead of `items`."""
    score: Measure | None = None
    """How an answer becomes a score; inherited where it is not given."""
    aggregate: Aggregate | None = None
    """How scores become the figure of the node; inherited where it is not given."""
    coefficient: Number = Field(default=1.0, gt=0)
    """Share among the siblings, where the node above averages its children."""
    points: Number | None = Field(default=None, gt=0)
    """What the node is worth where the score is points."""
    satisfied: tuple[OptionCode, ...] = ()
    """Codes that count as satisfied below this node, instead of those of the scale (top_box; inherited)."""
    min_answered: Number | None = Field(default=None, ge=0, le=1)
    """Share of the node's items a person must have answered (respondent_mean; inherited; default 0.5)."""
    min_children: Whole | None = Field(default=None, ge=1)
    """How many children must be defined for a person's score (respondent_mean; default all)."""
    undefined: Literal["null", "renormalise"] | None = None
    """What the two means become when an item has no valid answer (inherited; default null)."""
    source: Words | None = None
    """Where the factor comes from."""
    status: Status | None = None
    """How far the source was verified: V verified, P partly, M from memory, own ours."""


class Index(Node):
    """The top of a tree of nodes: a population figure, 0-100, from items."""

    score: Measure
    """How an answer becomes a score."""
    aggregate: Aggregate
    """How scores become the figure of the index."""


class Instrument(Part):
    """One version of a questionnaire; `code` with `version` is its identity."""

    code: Code
    """Name of the instrument across its versions."""
    version: Whole = Field(ge=1)
    """Counts up with every change of wording; a version never changes once it has a response."""
    kind: Kind
    """survey: many respondents; assessment: one official score; report: a recurring report by an officer."""
    audience: Audience
    """Who answers."""
    title: Text
    """Name shown to respondents and on workbooks, per language."""
    source: Words
    """The decision or publication behind the instrument."""
    languages: tuple[Language, ...] = Field(min_length=1)
    """Languages of the instrument, the first one first; every text is given in each of them."""
    introduction: Text | None = None
    """What a respondent reads before the first item, per language."""
    closing: Text | None = None
    """What a respondent reads after sending, per language."""
    scales: Annotated[dict[Code, Scale], _ONLY] = {}
    """Scales by name, for items that share their options."""
    sections: tuple[Section, ...] = Field(min_length=1)
    """The pages in the order they are asked."""
    indices: tuple[Index, ...] = ()
    """Trees over the items, each giving one index."""

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """All items in the order of the file."""
        return tuple(item for section in self.sections for item in section.items)

    @cached_property
    def _by_code(self) -> dict[str, Item]:
        return {item.code: item for item in self.items}

    @cached_property
    def valid_codes(self) -> dict[str, frozenset[str]]:
        """By item, the codes of its options that are answers and do not stand for a missing one."""
        return {
            item.code: frozenset(option.code for option in self.options(item) if option.missing is None)
            for item in self.items
        }

    def item(self, code: str) -> Item:
        """The item with this code; KeyError where there is none."""
        return self._by_code[code]

    def options(self, item: Item) -> tuple[Option, ...]:
        """The item's own options, or those of its scale; empty for text, number, date and file."""
        return item.options or (self.scales[item.scale].options if item.scale else ())

    def satisfied(self, item: Item) -> tuple[str, ...]:
        """Codes that its scale counts for top_box (before `reverse` is applied); empty where it names none."""
        return self.scales[item.scale].satisfied if item.scale and not item.options else ()

    def walk(self) -> Iterator[tuple[Index, str, Node]]:
        """Every node of every index, parents first, as (index, dotted path, node with inherited rules)."""
        for index in self.indices:
            yield from _walk(index, index, index.code)

    @property
    def identity(self) -> str:
        """`code@version`, as written in results and manifests."""
        return f"{self.code}@{self.version}"


def inherit(node: Node, child: Node) -> Node:
    """The child with the rules it does not give itself taken from `node`, whose own are resolved."""
    return child.model_copy(
        update={
            "score": child.score or node.score,
            "aggregate": child.aggregate or node.aggregate,
            "undefined": child.undefined or node.undefined,
            "satisfied": child.satisfied or node.satisfied,
            "min_answered": node.min_answered if child.min_answered is None else child.min_answered,
        }
    )


def _walk(index: Index, node: Node, path: str) -> Iterator[tuple[Index, str, Node]]:
    yield index, path, node
    for child in node.children:
        yield from _walk(index, inherit(node, child), f"{path}.{child.code}")


def json_schema() -> dict[str, Any]:
    """The file format as a JSON Schema (draft 2020-12), so that editors complete and check it."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:hailong:instrument",
        **Instrument.model_json_schema(),
    }


if __name__ == "__main__":
    print(json.dumps(json_schema(), ensure_ascii=False, indent=2))
