"""An instrument as a questionnaire on paper, in one language."""

from __future__ import annotations

from collections.abc import Sequence

from app.messages import translations
from app.models import Collector, Wave
from app.printing.records import FormItem, FormOption, FormSection, FormWords, PaperForm
from app.queries.agencies import get_tree
from app.queries.waves import instrument_of
from app.services.printing.conditions import Words, next_after
from app.services.printing.languages import PrintRefused, print_languages
from surveys.entry_keys import entry_keys
from surveys.instrument import Instrument, Item

MOST_COPIES = 200
NUMBER_DIGITS = 4
LAST_NUMBER = 10**6 - 1  # what six boxes hold

CONTROLS = {
    "choice": "boxes_one",
    "multi": "boxes_many",
    "text": "lines",
    "number": "number",
    "date": "date",
    "rated_agency": "lines",
}


# Marks a sentence for the catalogue; it is translated where the page is made.
_ = str


def make_paper_form(
    wave: Wave, collector: Collector | None, *, language: str, first: int = 0, copies: int = 0
) -> PaperForm:
    """The form of a wave for one place, or for any (`collector` None).

    With `copies` each gets a printed number, from `first` on; without, one form with boxes for its number.
    Raises PrintRefused.
    """
    spoken = print_languages(wave, language)
    if len(spoken) > 1:
        raise PrintRefused(_("A paper form is in one language; print one for each."))
    if not 0 <= copies <= MOST_COPIES:
        raise PrintRefused(_("Choose at most %(most)s copies at once."), most=MOST_COPIES)
    if copies and not 1 <= first <= LAST_NUMBER - copies + 1:
        raise PrintRefused(
            _("Form numbers run from 1 to %(last)s; choose another first number."), last=LAST_NUMBER
        )
    place = get_tree(wave.tree_date).label(collector.agency.code, spoken[0]) if collector else "…" * 20
    numbers = tuple(f"{number:0{NUMBER_DIGITS}}" for number in range(first, first + copies))
    return form_of(instrument_of(wave), spoken[0], place, numbers)


def form_of(instrument: Instrument, language: str, place: str, numbers: Sequence[str] = ()) -> PaperForm:
    """The questionnaire itself: questions counted through, each option with its key, routing in words."""
    _ = translations(language).gettext
    shown = [item for item in instrument.items if item.type in CONTROLS]
    counted = {item.code: number for number, item in enumerate(shown, start=1)}
    words = Words(instrument, counted, language)
    sections = tuple(
        FormSection(
            title=section.title[language],
            introduction=section.introduction[language] if section.introduction else None,
            only_if=words.only_if(section.show_if),
            items=tuple(
                _item(instrument, item, counted, words, language)
                for item in section.items
                if item.code in counted
            ),
        )
        for section in instrument.sections
    )
    return PaperForm(
        language=language,
        title=instrument.title[language],
        introduction=instrument.introduction[language] if instrument.introduction else None,
        identity=instrument.identity,
        source=instrument.source,
        provenance=_provenance(instrument, language),
        place=place,
        sections=sections,
        closing=instrument.closing[language] if instrument.closing else None,
        words=FormWords(
            form_number=_("Form number"),
            page=_("Page {page} of {pages}"),
            place=_("About:"),
            anonymous=_("Voluntary and anonymous: please write no name, address or number of a document."),
            how=_(
                "Please tick one box for each question, unless it says otherwise. Leave out what you do not wish to "
                "answer. The small signs beside the boxes are for the office."
            ),
            thanks=_("Please give this form back folded, or put it into the box at the counter."),
        ),
        numbers=tuple(numbers),
    )


def _item(
    instrument: Instrument, item: Item, counted: dict[str, int], words: Words, language: str
) -> FormItem:
    keys = entry_keys(instrument, item)
    return FormItem(
        number=counted[item.code],
        code=item.code,
        text=item.text[language],
        control=CONTROLS[item.type],
        only_if=words.only_if(item.show_if),
        hint=item.hint[language] if item.hint else None,
        notes=tuple(_notes(item, language)),
        options=tuple(
            FormOption(
                keys[option.code],
                option.label[language],
                _go_to(instrument, item, option.code, counted, language),
            )
            for option in instrument.options(item)
        ),
    )


def _notes(item: Item, language: str) -> list[str]:
    _ = translations(language).gettext
    if item.type == "multi" and item.max is not None:
        return [_("You may tick up to %(most)s boxes.") % {"most": int(item.max)}]
    if item.type == "multi":
        return [_("You may tick several boxes.")]
    if item.type == "rated_agency":
        return [_("Write the code of one agency from the list that lies out with this form.")]
    return []


def _go_to(
    instrument: Instrument, item: Item, option: str, counted: dict[str, int], language: str
) -> str | None:
    target = next_after(instrument, item, option) if item.type == "choice" else None
    if target is None:
        return None
    _ = translations(language).gettext
    if target == "":
        return _("go to the end")
    return _("go to question %(number)s") % {"number": counted[target]} if target in counted else None


def _provenance(instrument: Instrument, language: str) -> tuple[str, ...]:
    """Nothing unverified passes for the official form, on paper neither."""
    _ = translations(language).gettext
    own = sum(item.wording == "own" for item in instrument.items)
    if not own:
        return ()
    if own == len(instrument.items):
        return (
            _("This is not the official form."),
            _("The wording of every question is ours, not that of the official form."),
        )
    return (_("The wording of some questions is ours, not that of the official form."),)
