"""What is wrong with an answer, said to whoever wrote it: one sentence, in the imperative, saying what to do."""

from __future__ import annotations

from babel.numbers import format_decimal

from app.messages import SOURCE_LANGUAGE, languages, locale, translations
from surveys.instrument import Instrument
from surveys.validation import AnswerProblem

# Marks a sentence for the catalogue; it is translated where the page is made.
_ = str

# By kind of control, since leaving out looks different in each.
MISSING = {
    "radios": _("Choose one answer."),
    "checkboxes": _("Choose at least one answer."),
    "textarea": _("Write your answer."),
    "number": _("Write a number."),
    "date": _("Give a date."),
    "agencies": _("Choose an agency from the list."),
}

# By problem code; (code, control) where one sentence does not fit every control.
SENTENCES: dict[str | tuple[str, str], str] = {
    ("too_many_values", "checkboxes"): _("Choose at most %(limit)s answers."),
    "too_many_values": _("Give one answer only."),
    "not_an_option": _("Choose one of the answers shown."),
    "exclusive_option": _("Choose either “%(option)s” or the other answers, not both."),
    "not_a_number": _("Write a number in digits, such as 12 or 3.5."),
    "ambiguous_number": _("Write the number without a sign between the thousands."),
    "too_small": _("Write a number that is not below %(limit)s."),
    "too_large": _("Write a number that is not above %(limit)s."),
    "not_a_date": _("Give a date that exists, such as 31/12/2026."),
    "not_rateable": _("Choose an agency from the list."),
    "too_long": _("Shorten your answer to %(limit)s characters; it has %(length)s."),
    "type_not_offered": _("Leave this question out; it cannot be answered here."),
}


def sentence(problem: AnswerProblem, instrument: Instrument, control: str, language: str) -> str:
    """The sentence for this problem in the page's language."""
    if problem.code == "required":
        return missing_sentence(control, language)
    said = SENTENCES.get((problem.code, control)) or SENTENCES[problem.code]
    words = _words_of(language)
    context = {name: _shown(name, value, words) for name, value in problem.context.items()}
    if "option" in context:
        item = instrument.item(problem.item)
        labels = {option.code: option.label[language] for option in instrument.options(item)}
        context["option"] = labels[str(problem.context["option"])]
    return translations(words).gettext(said) % context


def missing_sentence(control: str, language: str) -> str:
    """What to do where an answer is required and was left out."""
    return translations(_words_of(language)).gettext(MISSING[control])


def _shown(name: str, value: int | str, language: str) -> str:
    return format_decimal(value, locale=locale(language)) if name in ("limit", "length") else str(value)


def _words_of(language: str) -> str:
    """The source language where the interface lacks the instrument's."""
    return language if language in languages() else SOURCE_LANGUAGE
