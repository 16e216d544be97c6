"""Paper forms: typed in by the office, once or twice, and stored like any other answer.

A form is known by its number at its link, from which its response id follows: however often it is typed, by
whomever, it can be stored once. With double entry two people type it; where they differ, someone looks at the
paper and decides, and that decision is the third entry.
"""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload, selectinload

from app import clock
from app.extensions import db, transaction
from app.models import Agency, Collector, PaperEntry, PaperForm, Wave
from app.queries.rated import find_rated_agencies
from app.queries.waves import instrument_of
from app.services import responding
from app.services.spoken import SpokenError
from app.services.submissions import AnswersRefused, Submission
from surveys.answers import Answers
from surveys.entry_keys import entry_keys
from surveys.instrument import Instrument, Item
from surveys.validation import AnswerProblem, check

# Names of forms are made under this one (RFC 9562, version 5).
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:hailong:paper-form")

LONGEST_NUMBER = 32

Raw = Mapping[str, Sequence[str]]  # item code to option codes or texts
Status = Literal["stored", "waiting", "disagreeing"]

# Marks a sentence for the catalogue; it is translated where the page is made.
_ = str


class PaperRefused(SpokenError):
    """Nothing was stored of this form."""


class PaperAnswersWrong(PaperRefused):
    """Some answers cannot be so; `problems` has one entry per item."""

    def __init__(self, problems: Sequence[AnswerProblem]):
        super().__init__(_("Some answers cannot be so: look at the marked questions."))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Entered:
    """What became of one typing. `receipt` is there once the form is stored; `dropped`: items left out, because
    after the other answers they are not asked."""

    status: Status
    number: str
    receipt: str | None = None
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """One item that two people typed differently; an empty tuple is no answer."""

    item: str
    first: tuple[str, ...]
    second: tuple[str, ...]


def normalise_number(typed: str) -> str:
    """A form's number as it is kept: 0007 and 7 are one form. Raises PaperRefused."""
    number = unicodedata.normalize("NFC", "".join(typed.split())).upper()
    if not number or len(number) > LONGEST_NUMBER or not number.replace("-", "").replace("/", "").isalnum():
        raise PaperRefused(_("Write the number that stands on the form: digits, letters and dashes."))
    return str(int(number)) if number.isascii() and number.isdecimal() else number


def response_id_of(collector: Collector, number: str) -> str:
    """The one response that this form can become."""
    return str(uuid.uuid5(NAMESPACE, f"{collector.code}/{number}"))


def read_keys(instrument: Instrument, item: Item, typed: str) -> list[str]:
    """What was typed for one item as values: keys (or codes) of options, several in a multi item, else the text.

    What is neither stays as it was typed, and the check says what is wrong with it.
    """
    if item.type not in {"choice", "multi"}:
        return [typed] if typed.strip() else []
    by_key = {key: code for code, key in entry_keys(instrument, item).items()}
    by_code = {code.lower(): code for code in by_key.values()}
    signs = typed.replace(",", " ").replace(";", " ").split() if item.type == "multi" else [typed.strip()]
    return [
        by_key.get(sign) or by_key.get(sign.lower()) or by_code.get(sign.lower(), sign)
        for sign in signs
        if sign
    ]


def find_form(collector: Collector, number: str) -> PaperForm | None:
    """The form with this number, with its entries, as far as anything was typed of it."""
    return db.session.scalar(
        select(PaperForm)
        .where(PaperForm.collector_id == collector.id, PaperForm.number == number)
        .options(selectinload(PaperForm.entries))
    )


def list_disagreements(wave: Wave, within: frozenset[str] | None = None) -> list[PaperForm]:
    """The forms of a wave, or of these agencies in it, on which two people differ, by link and number."""
    return list(
        db.session.scalars(
            select(PaperForm)
            .join(PaperForm.collector)
            .where(_at(wave, within), PaperForm.state == "disagreeing")
            .options(joinedload(PaperForm.collector), selectinload(PaperForm.entries))
            .order_by(Collector.number, PaperForm.number)
        )
    )


def count_forms(wave: Wave, within: frozenset[str] | None = None) -> dict[str, int]:
    """How many forms of the wave, or of these agencies in it, are in each state."""
    rows = db.session.execute(
        select(PaperForm.state, func.count())
        .join(PaperForm.collector)
        .where(_at(wave, within))
        .group_by(PaperForm.state)
    )
    return dict(rows.all())


def enter(collector: Collector, typed_number: str, raw: Raw, *, language: str, user_id: int) -> Entered:
    """Take one typing of a form: store it, or keep it until the second typing agrees.

    Raises PaperRefused, PaperAnswersWrong; then nothing was kept.
    """
    wave = collector.wave
    number = normalise_number(typed_number)
    answers, dropped = _checked(collector, raw)
    if wave.state == "planned":
        raise PaperRefused(_("The wave has not opened yet; its forms can be typed in from then on."))
    if not wave.double_entry:
        receipt = _store(collector, number, answers, language)
        _keep(collector, number, answers, language, user_id, entry=1, state="stored")
        return Entered("stored", number, receipt, dropped)
    form = find_form(collector, number)
    if form is None:
        _keep(collector, number, answers, language, user_id, entry=1, state="entered")
        return Entered("waiting", number, None, dropped)
    _refuse_third(form, user_id)
    if _same(form.entries[0].answers, answers):
        receipt = _store(collector, number, answers, language)
        _keep(collector, number, answers, language, user_id, entry=2, state="stored")
        return Entered("stored", number, receipt, dropped)
    _keep(collector, number, answers, language, user_id, entry=2, state="disagreeing")
    return Entered("disagreeing", number, None, dropped)


def differences(wave: Wave, form: PaperForm) -> list[Difference]:
    """The items on which the two typings differ, in the order of the form."""
    first, second = (one.answers for one in form.entries[:2])
    return [
        Difference(item.code, _values(first.get(item.code)), _values(second.get(item.code)))
        for item in instrument_of(wave).items
        if _values(first.get(item.code)) != _values(second.get(item.code))
    ]


def decide(form: PaperForm, chosen: Raw, *, user_id: int) -> Entered:
    """Store a form on which two people differ; `chosen` has the right answer to each item in dispute.

    Raises PaperRefused, PaperAnswersWrong.
    """
    collector = form.collector
    wave = collector.wave
    if form.state != "disagreeing":
        raise PaperRefused(_("Form %(number)s has been decided already."), number=form.number)
    agreed = {code: _values(answer) for code, answer in form.entries[0].answers.items()}
    disputed = {one.item for one in differences(wave, form)}
    raw = {code: answer for code, answer in agreed.items() if code not in disputed}
    raw |= {code: tuple(chosen.get(code, ())) for code in disputed}
    answers, dropped = _checked(collector, raw)
    language = form.entries[0].language
    number = form.number
    receipt = _store(collector, number, answers, language)
    _keep(collector, number, answers, language, user_id, entry=3, state="stored")
    return Entered("stored", number, receipt, dropped)


def _at(wave: Wave, within: frozenset[str] | None) -> ColumnElement[bool]:
    """A link of this wave, and of these agencies where they are given."""
    here = Collector.wave_id == wave.id
    return here if within is None else here & Collector.agency.has(Agency.code.in_(within))


def _checked(collector: Collector, raw: Raw) -> tuple[Answers, tuple[str, ...]]:
    wave = collector.wave
    instrument = instrument_of(wave)
    agencies = find_rated_agencies(instrument, wave.tree_date, collector.agency_id)
    checked = check(instrument, {code: list(values) for code, values in raw.items()}, agencies)
    if checked.unknown:
        raise PaperRefused(_("The form carries a question that this wave does not ask; open it again."))
    if checked.problems:
        raise PaperAnswersWrong(checked.problems)
    return checked.answers, checked.dropped


def _refuse_third(form: PaperForm, user_id: int) -> None:
    if form.state == "stored":
        raise PaperRefused(_("Form %(number)s is stored already."), number=form.number)
    if form.state == "disagreeing":
        raise PaperRefused(
            _("Form %(number)s was typed twice with different answers; decide in the list."),
            number=form.number,
        )
    if form.entries[0].user_id == user_id:
        raise PaperRefused(
            _("You have typed form %(number)s already; somebody else must type it the second time."),
            number=form.number,
        )


def _store(collector: Collector, number: str, answers: Answers, language: str) -> str:
    """Into the responses, once; the receipt. Raises PaperRefused where the same form was stored otherwise."""
    instrument = instrument_of(collector.wave)
    submission = Submission(
        response_id=response_id_of(collector, number),
        collector_code=collector.code,
        instrument_code=instrument.code,
        instrument_version=instrument.version,
        language=language,
        answers=answers,
        mode="paper",
    )
    try:
        outcome = responding.submit(submission)
    except AnswersRefused as refused:
        raise PaperAnswersWrong(refused.problems) from refused
    if outcome.status == "conflict":
        raise PaperRefused(
            _("Form %(number)s is stored already, with other answers; look at the paper's number."),
            number=number,
        )
    if outcome.status == "already" and (form := find_form(collector, number)) and form.state == "stored":
        raise PaperRefused(_("Form %(number)s is stored already."), number=number)
    return outcome.receipt


def _keep(
    collector: Collector,
    number: str,
    answers: Answers,
    language: str,
    user_id: int,
    *,
    entry: int,
    state: str,
) -> None:
    typed = PaperEntry(
        entry=entry,
        answers={code: _listed(answer) for code, answer in answers.items()},
        language=language,
        user_id=user_id,
        entered_at=clock.now(),
    )
    try:
        with transaction() as session:
            form = find_form(collector, number)
            if form is None:
                form = PaperForm(collector_id=collector.id, number=number)
                session.add(form)
            form.state = state
            if state == "stored":
                form.response_id = response_id_of(collector, number)
            form.entries.append(typed)
    except IntegrityError:
        # Two people sent the same form, or the same typing of it, at the same moment.
        raise PaperRefused(
            _("Somebody else has just typed form %(number)s; look at it again."), number=number
        ) from None


def _same(first: Mapping[str, str | list[str]], second: Answers) -> bool:
    return {code: _values(answer) for code, answer in first.items()} == {
        code: _values(answer) for code, answer in second.items()
    }


def _values(answer: str | Iterable[str] | None) -> tuple[str, ...]:
    if answer is None:
        return ()
    return (answer,) if isinstance(answer, str) else tuple(answer)


def _listed(answer: str | tuple[str, ...]) -> str | list[str]:
    return answer if isinstance(answer, str) else list(answer)
