"""Items as WTForms fields: one class and one row of FIELDS per item type.

WTForms only checks what was posted. The empty page does not come from here (app/respond/empty_pages.py), and
a page with errors is drawn by the same templates as the empty one, each field's `control` naming its own.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, ClassVar

from werkzeug.datastructures import MultiDict
from wtforms import Field, Form, ValidationError
from wtforms.fields.core import UnboundField
from wtforms.form import BaseForm

from app.answer_sentences import sentence
from app.respond.versions import Version
from surveys.instrument import Instrument, Item
from surveys.rating import Agencies
from surveys.validation import Checked, check, check_item


class AnswerField(Field):
    """The answer to one item as it was posted: `data` is the list of texts under its name."""

    control: ClassVar[str]

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Keep every text: how many there may be is a rule of the instrument."""
        self.data = [str(value) for value in valuelist]


class ChoiceField(AnswerField):
    """One of several options."""

    control = "radios"


class MultiField(AnswerField):
    """Any of several options."""

    control = "checkboxes"


class TextField(AnswerField):
    """Words of the respondent's own."""

    control = "textarea"


class NumberField(AnswerField):
    """A number, written with a comma or a dot."""

    control = "number"


class DateField(AnswerField):
    """A day."""

    control = "date"


class AgencyField(AnswerField):
    """An agency out of the wave's list."""

    control = "agencies"


FIELDS: dict[str, type[AnswerField]] = {
    "choice": ChoiceField,
    "multi": MultiField,
    "text": TextField,
    "number": NumberField,
    "date": DateField,
    "rated_agency": AgencyField,
}


class AnswerForm(BaseForm):
    """The posted answers to one instrument. `checked` is there after `validate`.

    `agencies` are those that a rated_agency item can name, None where it can name none.
    What is wrong is said item by item; an item that the answers before it hide is never wrong.
    """

    instrument: ClassVar[Instrument]
    unbound: ClassVar[dict[str, UnboundField]]
    checked: Checked

    def __init__(self, raw: MultiDict[str, str], agencies: Agencies | None = None):
        self.agencies = agencies
        super().__init__(self.unbound, meta=Form.Meta())
        self.process(raw)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check each item by itself, then let the routing decide which of them were asked at all."""
        super().validate(extra_validators)
        self.checked = check(self.instrument, self.data, self.agencies)
        wrong = {problem.item for problem in self.checked.problems}
        for field in self:
            if field.name not in wrong:
                field.errors = ()
        return not self.errors


@lru_cache(maxsize=128)
def form_class(version: Version, language: str) -> type[AnswerForm]:
    """The form that checks answers to this version and says in this language what is wrong."""
    instrument = version.instrument
    unbound = {
        item.code: FIELDS[item.type](validators=[_rule_of(instrument, item, language)])
        for item in instrument.items
    }
    return type("AnswerForm", (AnswerForm,), {"instrument": instrument, "unbound": unbound})


def _rule_of(instrument: Instrument, item: Item, language: str) -> Callable[[BaseForm, Field], None]:
    def rule(form: BaseForm, field: Field) -> None:
        _answer, problem = check_item(instrument, item, field.data or (), form.agencies)
        if problem is not None:
            raise ValidationError(sentence(problem, instrument, FIELDS[item.type].control, language))

    return rule
