"""Typing paper forms in: the screen for the keyboard, the list of disagreements, and deciding one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response, redirect, request, url_for
from flask_login import current_user
from werkzeug.exceptions import NotFound as NoSuchPage
from werkzeug.wrappers import Response as Redirection

from app.answer_sentences import sentence
from app.manage.blueprint import blueprint
from app.manage.finding import entered_agencies, entered_collectors, entered_wave
from app.manage.words import language_names
from app.models import Collector, PaperForm, Wave
from app.office_pages import office_page, page_language
from app.queries.agencies import get_tree
from app.queries.waves import get_wave, instrument_of
from app.services import paper
from surveys.entry_keys import entry_keys
from surveys.instrument import Instrument, Item
from surveys.script_conditions import condition_for_script

CONTROLS = {
    "choice": "radios",
    "multi": "checkboxes",
    "text": "textarea",
    "number": "number",
    "date": "date",
    "rated_agency": "agencies",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One question on the screen: what was typed for it, and what is wrong with that."""

    number: int
    item: Item
    text: str
    keys: tuple[tuple[str, str, str, bool], ...]  # key, code, label, stands for a missing answer
    condition: str | None
    typed: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A section of the form."""

    code: str
    title: str
    condition: str | None
    lines: tuple[Line, ...]


@blueprint.get("/<survey>/<wave>/paper/")
def paper_start(survey: str, wave: str) -> Response:
    """Where do the forms come from? And what is left to decide."""
    found = entered_wave(survey, wave)
    return office_page(
        "manage/paper.html",
        wave=found,
        collectors=entered_collectors(found),
        names=_names(found),
        counts=paper.count_forms(found, entered_agencies(found)),
        disagreements=paper.list_disagreements(found, entered_agencies(found)),
    )


@blueprint.get("/<survey>/<wave>/paper/<int:link>/")
def paper_screen(survey: str, wave: str, link: int) -> Response:
    """An empty form to be typed in."""
    found = entered_wave(survey, wave)
    return _screen(found, _collector(found, link), {}, done=request.args.get("done", "")[:32])


@blueprint.post("/<survey>/<wave>/paper/<int:link>/")
def paper_entered(survey: str, wave: str, link: int) -> Response | Redirection:
    """Take a form and open the next; or the same again with what is wrong."""
    found = entered_wave(survey, wave)
    collector = _collector(found, link)
    instrument = instrument_of(found)
    typed = {item.code: request.form.get(item.code, "") for item in instrument.items}
    language = request.form.get("_language", "")
    raw = {
        item.code: values
        for item in instrument.items
        if (values := paper.read_keys(instrument, item, typed[item.code]))
    }
    try:
        entered = paper.enter(
            collector,
            request.form.get("_number", ""),
            raw,
            language=language if language in found.languages else found.languages[0],
            user_id=current_user.number,
        )
    except paper.PaperAnswersWrong as wrong:
        return _screen(found, collector, typed, problem=wrong.said(page_language()), wrong=wrong)
    except paper.PaperRefused as refused:
        return _screen(found, collector, typed, problem=refused.said(page_language()))
    return redirect(
        url_for(
            "manage.paper_screen",
            survey=survey,
            wave=wave,
            link=link,
            language=language,
            done=entered.number,
            became=entered.status,
            left_out=" ".join(entered.dropped)[:200],
        ),
        303,
    )


@blueprint.get("/<survey>/<wave>/paper/<int:link>/<number>/decide")
def paper_dispute(survey: str, wave: str, link: int, number: str) -> Response:
    """One form on which two people differ."""
    found = get_wave(survey, wave)
    return _dispute(found, _disputed(found, link, number))


@blueprint.post("/<survey>/<wave>/paper/<int:link>/<number>/decide")
def paper_decided(survey: str, wave: str, link: int, number: str) -> Response | Redirection:
    """Store the form as somebody who has looked at the paper says."""
    found = get_wave(survey, wave)
    form = _disputed(found, link, number)
    chosen = {}
    for one in paper.differences(found, form):
        take = request.form.get(one.item, "")
        if take not in {"first", "second"}:
            return _dispute(found, form, undecided=True)
        chosen[one.item] = one.first if take == "first" else one.second
    try:
        paper.decide(form, chosen, user_id=current_user.number)
    except paper.PaperRefused as refused:
        return _dispute(found, form, problem=refused.said(page_language()))
    return redirect(url_for("manage.paper_start", survey=survey, wave=wave), 303)


def _screen(
    wave: Wave,
    collector: Collector,
    typed: Mapping[str, str],
    *,
    problem: str = "",
    wrong: paper.PaperAnswersWrong | None = None,
    done: str = "",
) -> Response:
    language = request.values.get("language") or request.form.get("_language", "")
    spoken = language if language in wave.languages else wave.languages[0]
    instrument = instrument_of(wave)
    errors = {}
    for one in wrong.problems if wrong else ():
        control = CONTROLS[instrument.item(one.item).type]
        errors[one.item] = sentence(one, instrument, control, page_language())
    return office_page(
        "manage/paper_entry.html",
        422 if problem else 200,
        wave=wave,
        link=collector,
        place=_names(wave)[collector.agency.code],
        spoken=spoken,
        language_names=language_names(wave.languages),
        title=instrument.title[spoken],
        parts=_parts(instrument, spoken, typed, errors),
        number=request.form.get("_number", "")[:64],
        problem=problem,
        done=done,
        became=request.args.get("became", ""),
        left_out=request.args.get("left_out", "")[:200],
    )


def _parts(
    instrument: Instrument, language: str, typed: Mapping[str, str], errors: Mapping[str, str]
) -> tuple[Part, ...]:
    shown = [item.code for item in instrument.items if item.type in CONTROLS]
    return tuple(
        Part(
            section.code,
            section.title[language],
            condition_for_script(section.show_if),
            tuple(
                Line(
                    number=shown.index(item.code) + 1,
                    item=item,
                    text=item.text[language],
                    keys=_keys(instrument, item, language),
                    condition=condition_for_script(item.show_if),
                    typed=typed.get(item.code, ""),
                    error=errors.get(item.code, ""),
                )
                for item in section.items
                if item.type in CONTROLS
            ),
        )
        for section in instrument.sections
    )


def _keys(instrument: Instrument, item: Item, language: str) -> tuple[tuple[str, str, str, bool], ...]:
    keys = entry_keys(instrument, item)
    return tuple(
        (keys[option.code], option.code, option.label[language], option.missing is not None)
        for option in instrument.options(item)
    )


def _dispute(wave: Wave, form: PaperForm, *, problem: str = "", undecided: bool = False) -> Response:
    instrument = instrument_of(wave)
    language = form.entries[0].language

    def said(item: Item, values: tuple[str, ...]) -> str:
        labels = {option.code: option.label[language] for option in instrument.options(item)}
        return "; ".join(labels.get(value, value) for value in values)

    rows = [
        (
            item := instrument.item(one.item),
            item.text[language],
            said(item, one.first),
            said(item, one.second),
        )
        for one in paper.differences(wave, form)
    ]
    return office_page(
        "manage/paper_dispute.html",
        422 if problem or undecided else 200,
        wave=wave,
        form=form,
        spoken=language,
        place=_names(wave)[form.collector.agency.code],
        rows=rows,
        chosen={item.code: request.form.get(item.code, "") for item, *_rest in rows},
        problem=problem,
        undecided=undecided,
    )


def _disputed(wave: Wave, link: int, number: str) -> PaperForm:
    form = paper.find_form(_collector(wave, link), number)
    if form is None or form.state != "disagreeing":
        raise NoSuchPage
    return form


def _collector(wave: Wave, number: int) -> Collector:
    found = [one for one in entered_collectors(wave) if one.number == number]
    if not found:
        raise NoSuchPage
    return found[0]


def _names(wave: Wave) -> dict[str, str]:
    return {one.code: one.label(page_language()) for one in get_tree(wave.tree_date).agencies}
