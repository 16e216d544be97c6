"""What can be wrong with an instrument file, said so that its author can mend it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

# Where something stands in the document: keys and list positions from the top.
Path = tuple[str | int, ...]

# Begins the codes that stand in for misshapen ones while the rest of a document is checked.
STAND_IN = "misshapen-"

# Every rule of the format by its code. Each sentence says what is wrong and what to write instead.
SENTENCES: Mapping[str, str] = {
    # the file
    "file_missing": "There is no such file; check the path.",
    "file_is_folder": "This is a folder; name the instrument file in it.",
    "file_unreadable": "The file can't be opened ({reason}); check its permissions.",
    "file_empty": "The file is empty; an instrument begins with its code and version.",
    "file_too_large": "The file is larger than an instrument can be ({limit}); split it or remove what is not used.",
    "not_utf8": "The file is not UTF-8 text from this line on; save it with the encoding UTF-8.",
    # YAML
    "yaml_syntax": "The YAML can't be read from here: {reason}.",
    "yaml_tag": "The YAML tag {tag} has no meaning here; write plain text, numbers, lists and keys.",
    "yaml_recursive": "This alias contains itself; write the part out.",
    "several_documents": "A second document begins here; put one instrument in one file and remove the line `---`.",
    "duplicate_key": "The key '{key}' stands twice; keep one of the two.",
    "not_a_key": "A key must be a plain word; remove the list or mapping before the colon.",
    "control_character": "'{key}' holds an invisible control character; remove it.",
    # the shape of each part
    "unknown_key": "The key '{key}' is unknown; {advice}",
    "missing_key": "The key '{key}' is missing; add it.",
    "not_a_mapping": "Keys must stand here, one `key: value` for each of: {allowed}.",
    "not_a_list": "'{key}' must be a list; write each entry behind a dash, or all of them in [brackets].",
    "not_by_language": "'{key}' must be given per language, such as {{vi: …, en: …}}.",
    "not_named": "'{key}' must hold named parts, one `name:` for each.",
    "not_text": "'{key}' must be text; write it in quotes.",
    "not_a_number": "'{key}' must be a number, without quotes and with a decimal dot.",
    "not_a_whole_number": "'{key}' must be a whole number, without quotes.",
    "not_true_or_false": "'{key}' must be true or false.",
    "not_one_of": "'{key}' must be {expected}.",
    "bad_code": "'{value}' can't be a code; use small letters without accents, digits, _ and -, a letter first.",
    "bad_option_code": "'{value}' can't be an option's code; remove the blanks around it and any line break.",
    "bad_language": "'{value}' is no language tag; write vi, en, or the like.",
    "empty_text": "'{key}' is empty; write the text or remove the key.",
    "empty_list": "'{key}' is empty; it needs at least one entry.",
    "text_too_long": "'{key}' is longer than {limit} characters; shorten it.",
    "out_of_range": "'{key}' must be {bound}.",
    "not_valid": "'{key}' is not valid: {reason}.",
    # languages
    "duplicate_language": "The language {language} is declared twice; keep one.",
    "missing_language": "'{key}' lacks {languages}; every text is given in each declared language.",
    "undeclared_language": "'{key}' has the language {language}, which `languages` does not declare; add or remove it.",
    # codes
    "duplicate_item": "The item code '{value}' is used twice; give one of them another code.",
    "duplicate_index": "The index code '{value}' is already an item or index; give it another code.",
    "duplicate_section": "The section code '{value}' is used twice; give one of them another code.",
    "duplicate_node": "The node code '{value}' is used twice in this index; give one of them another code.",
    "duplicate_option": "The option code '{value}' is used twice (as text or as number); give one another code.",
    "reserved_underscores": "'{value}' holds '__', which separates item and option in column names; use one '_'.",
    "reserved_code": "'{value}' is a reserved word and can't be an item code; choose another.",
    # scales and options
    "value_and_missing": "This option has a value and stands for a missing answer; remove one of the two.",
    "unvalued_option": "This option has no value while others have one; give it `value` or `missing`.",
    "satisfied_unknown": "`satisfied` names '{value}', which is no option of this scale; name one of: {options}.",
    "satisfied_unvalued": "`satisfied` names '{value}', which never scores; remove it or give it a value.",
    # items
    "unknown_scale": "There is no scale '{value}'; {advice}",
    "scale_and_options": "The item has a scale and its own options; remove one of the two.",
    "options_missing": "An item of type {type} needs a `scale` or `options`; add one of the two.",
    "options_not_for_type": "An item of type {type} has no options; remove `{key}` or change the type.",
    "option_not_a_column": (
        "Option '{value}' of a multi item becomes part of a column name; "
        "use small letters without accents, digits, single _ and -."
    ),
    "type_not_offered": (
        "Items of type {type} can't be answered; use choice, multi, text, number, date or rated_agency."
    ),
    "clause_unknown": "`clause` is '{value}', but {reason}",
    "agencies_missing": "A rated_agency item must say which `agencies` can be chosen; add `all` or `others`.",
    "agencies_not_for_type": "An item of type {type} has no `agencies`; remove the key or change the type.",
    "rated_agency_role": (
        "A rated_agency item says whom the other answers are about and can't have the role {role}; "
        "give it `role: screening`."
    ),
    "reverse_without_values": "`reverse` needs options with values; remove it or give the options values.",
    "reverse_lopsided": (
        "`reverse` can't mirror `satisfied`: {value} has no counterpart among the values; space the values evenly."
    ),
    "max_not_for_type": "`max` has no meaning for type {type}; remove it.",
    "max_not_whole": "`max` of a {type} item counts {what}; write a whole number from 1 to {limit}.",
    "max_below_value": "`max` is {max} but option '{value}' is worth {worth}; raise `max` or lower the value.",
    # routing
    "condition_syntax": "`show_if` can't be read at character {position}: {reason}.",
    "condition_unknown_item": "`show_if` reads '{value}', which is no item; {advice}",
    "condition_later_item": "`show_if` reads '{value}', which is asked only afterwards; read earlier items.",
    "condition_unknown_option": "`show_if` compares '{item}' with '{value}', which is none of its options: {options}.",
    "condition_missing_option": (
        "`show_if` compares '{item}' with '{value}', which stands for a missing answer, so this never holds; "
        "compare with other options."
    ),
    "condition_unfit": "`show_if` can't compare '{item}' so: {advice}.",
    # indices
    "node_both": "A node has items or children, and this one has both; keep one of the two.",
    "node_empty": "A node has items or children, and this one has neither; add one of the two.",
    "unknown_item": "'{value}' is no item; {advice}",
    "item_twice": "Item '{value}' stands twice in this index, which counts an item once; remove one.",
    "item_not_scored": "Item '{value}' has the role {role}; only items of role score stand in an index.",
    "item_not_choice": "Item '{value}' is of type {type}; only choice items stand in an index.",
    "top_box_without_satisfied": (
        "Item '{value}' can't score as top_box, because its options say nothing of `satisfied`; "
        "use a scale with `satisfied` or another score."
    ),
    "satisfied_not_in_item": (
        "`satisfied` of the index names '{option}', which is no option with a value of item '{value}'; "
        "name one that all items below have."
    ),
    "satisfied_unused": "Only top_box reads `satisfied`, and the score here is {score}; remove it.",
    "mean_100_without_values": (
        "Item '{value}' can't score as mean_100, because its options have no two different values; "
        "give them values or use another score."
    ),
    "points_without_points": "The score is points, but the node has no `points`; say what it is worth.",
    "points_without_values": "Item '{value}' can't score points, because its options have no values; add them.",
    "points_without_max": "Item '{value}' can't score points without a `max`; add to the item the most it can get.",
    "mixed_scores": (
        "The score {score} can't stand below {aggregate}, which puts all items together as {other}; "
        "use one score, or mean_of_children above."
    ),
    "mixed_respondent_mean": (
        "{aggregate} can't stand below respondent_mean; all nodes below it are respondent_mean too."
    ),
    "coefficient_below_pooled": (
        "A coefficient has no effect below pooled_answers, where every answer counts alike; remove it."
    ),
    "coefficient_unused": (
        "The node above does not average by coefficients; remove this one, "
        "or let it be mean_of_children or respondent_mean."
    ),
    "min_children_too_many": "`min_children` asks for {value} children where there are {count}; lower it.",
    "respondent_rule_unused": "Only respondent_mean reads `{key}`; remove it.",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault of a document, before its place in the file is known.

    `about` lists further parts that the rule looked at: where one of them is misshapen itself, the finding
    may be no more than its echo, and is left out until that part is mended.
    """

    code: str
    path: Path
    context: Mapping[str, object] = field(default_factory=dict)
    about: tuple[Path, ...] = ()

    @property
    def sentence(self) -> str:
        """One line, however long or broken what the author wrote."""
        return SENTENCES[self.code].format_map({key: one_line(said) for key, said in self.context.items()})

    def echoes(self, fault: Finding) -> bool:
        """Whether this finding looks at the part that `fault`, a fault of shape, says is misshapen."""
        if fault.code == "bad_code":  # whoever names the code misspells it there too, and is told so
            return self.path == fault.path
        return any(
            _within(path, fault.path) or _within(fault.path, path) for path in (self.path, *self.about)
        )


def one_line(said: object) -> object:
    """What an author wrote, fit to be quoted in a sentence."""
    if not isinstance(said, str):
        return said
    said = " ".join(said.split())
    return said if len(said) <= 200 else f"{said[:197]}..."


def _within(path: Path, part: Path) -> bool:
    return path[: len(part)] == part


def closest(word: str, known: Iterable[str]) -> str:
    """Advice for a word that is unknown: the nearest known one, or all of them."""
    known = [one for one in known if not one.startswith(STAND_IN)]
    if near := difflib.get_close_matches(word, known, n=1):
        return f"did you mean '{near[0]}'?"
    return f"known here: {', '.join(known)}." if known else "there is none yet."


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault of an instrument file and its place.

    `line` counts from 1; 0 is the file as a whole. `code` names the rule (tests compare it); `message` is
    one sentence that says what is wrong and what to write instead. `section` and `item` are None where the
    fault lies outside any section or item.
    """

    file: str
    line: int
    code: str
    message: str
    section: str | None = None
    item: str | None = None

    def __str__(self) -> str:
        place = ", ".join(
            f"{name} {value}" for name, value in (("section", self.section), ("item", self.item)) if value
        )
        file = f"{self.file}:{self.line}" if self.line else self.file
        return f"{file}: " + (f"{place}: " if place else "") + self.message


class InstrumentError(ValueError):
    """The file is not a valid instrument; `problems` holds every fault found, in file order."""

    def __init__(self, problems: tuple[Problem, ...]):
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems
