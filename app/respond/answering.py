"""What follows on a posted form: the same page again, another section, or answers ready to be stored.

No request, no page, no database: a post in, a decision out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from werkzeug.datastructures import MultiDict

from app.respond.carrying import Raw
from app.respond.fields import AnswerForm, form_class
from app.respond.posting import Post
from surveys.answers import Answers
from surveys.instrument import Instrument
from surveys.rating import Agencies
from surveys.routing import asked
from surveys.validation import check


@dataclass(frozen=True, slots=True)
class Ask:
    """A page to show, with the answers so far in `raw`; nothing is stored.

    `section` None: the page holds every section. `errors`: item code to sentence. `dropped`: items whose
    answers will be left out because the routing hides them, of which the person has not been told yet.
    `resend`: all is well but the page had no id yet.
    """

    language: str
    section: str | None
    raw: Raw
    errors: dict[str, str] = field(default_factory=dict)
    dropped: tuple[str, ...] = ()
    resend: bool = False


@dataclass(frozen=True, slots=True)
class Ready:
    """Checked answers to store under this id."""

    response_id: str
    answers: Answers


def next_step(post: Post, earlier: Raw, agencies: Agencies | None = None) -> Ask | Ready:
    """Decide on a post; `earlier` are the answers that a form in sections carried along.

    `agencies` are those that a rated_agency item of this form can name.
    """
    raw = together(post, earlier)
    if post.switch:
        return Ask(post.switch, post.section, raw)
    if post.section is None and post.response_id is not None:
        # Nearly every post: nothing to say, so no form is made to say it.
        checked = check(post.version.instrument, raw, agencies)
        if not checked.problems and post.confirmed.issuperset(checked.dropped):
            return Ready(post.response_id, checked.answers)
    form = form_class(post.version, post.language)(_multi(raw), agencies)
    form.validate()
    if post.section is None:
        return _finish(post, form, raw)
    before, after = _neighbours(form, post.section)
    if post.go == "back":
        return Ask(post.language, before or post.section, raw)
    here = {code for code in _codes(form.instrument, post.section) if code in form.errors}
    if here:
        return Ask(post.language, post.section, raw, _errors(form, here))
    if after:
        return Ask(post.language, after, raw)
    return _finish(post, form, raw)


def neighbours(
    post: Post, section: str, raw: Raw, agencies: Agencies | None = None
) -> tuple[str | None, str | None]:
    """The sections before and after this one that these answers lead through; None where there is none."""
    form = form_class(post.version, post.language)(_multi(raw), agencies)
    form.validate()
    return _neighbours(form, section)


def _finish(post: Post, form: AnswerForm, raw: Raw) -> Ask | Ready:
    """The whole form is in: a section that was passed with an error by way of Back is shown again."""
    if form.errors:
        section = post.section and _section_of(form.instrument, next(iter(form.errors)))
        shown = _codes(form.instrument, section) if section else tuple(form.errors)
        return Ask(post.language, section, raw, _errors(form, shown))
    dropped = tuple(form.checked.dropped)
    if not post.confirmed.issuperset(dropped):
        return Ask(post.language, post.section, raw, dropped=dropped)
    if post.response_id is None:
        return Ask(post.language, post.section, raw, resend=True)
    return Ready(post.response_id, form.checked.answers)


def together(post: Post, earlier: Raw) -> Raw:
    """The answers of this page in place of what was carried for its items."""
    here = set(_codes(post.version.instrument, post.section)) if post.section else set()
    kept = {code: values for code, values in earlier.items() if code not in here}
    return kept | post.raw


def _neighbours(form: AnswerForm, section: str) -> tuple[str | None, str | None]:
    reached = asked(form.instrument, form.checked.answers)
    order = [
        each.code
        for each in form.instrument.sections
        if each.code == section or any(item.code in reached for item in each.items)
    ]
    at = order.index(section)
    return (order[at - 1] if at else None), (order[at + 1] if at + 1 < len(order) else None)


def _errors(form: AnswerForm, codes: Iterable[str]) -> dict[str, str]:
    return {code: form.errors[code][0] for code in codes if code in form.errors}


def _codes(instrument: Instrument, section: str) -> tuple[str, ...]:
    return next(
        tuple(item.code for item in each.items) for each in instrument.sections if each.code == section
    )


def _section_of(instrument: Instrument, code: str) -> str:
    return next(each.code for each in instrument.sections if any(item.code == code for item in each.items))


def _multi(raw: Raw) -> MultiDict[str, str]:
    return MultiDict([(code, value) for code, values in raw.items() for value in values])
