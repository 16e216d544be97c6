"""What a page of paper says, every word chosen already: records that the templates lay out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PosterWords:
    """A poster in one language; `languages` of a poster stand below each other, the first one large."""

    language: str
    place: str
    title: str
    call: str
    scan: str
    facts: tuple[str, ...]
    type_in: str
    trouble: str


@dataclass(frozen=True, slots=True)
class Poster:
    """One A4 page for one link. `address` is plain, to be typed; `number` is the link's number in its wave."""

    address: str
    number: int
    label: str
    words: tuple[PosterWords, ...]


@dataclass(frozen=True, slots=True)
class SlipWords:
    """What every slip says in one language; `sheet` holds `{sheet}` and `{number}`."""

    language: str
    title: str
    how: str
    once: str
    sheet: str


@dataclass(frozen=True, slots=True)
class SlipSheet:
    """One A4 sheet of codes to be cut apart. `opened` are the addresses with the code, in the same order."""

    number: int
    place: str
    address: str
    codes: tuple[str, ...]
    opened: tuple[str, ...]
    words: SlipWords


@dataclass(frozen=True, slots=True)
class FormOption:
    """One box: the key that whoever types the form in presses, and where the paper leads from here."""

    key: str
    label: str
    go_to: str | None = None


@dataclass(frozen=True, slots=True)
class FormItem:
    """One question on paper. `control`: boxes_one | boxes_many | lines | number | date; `notes` stand under it."""

    number: int
    code: str
    text: str
    control: str
    only_if: str | None
    hint: str | None
    notes: tuple[str, ...] = ()
    options: tuple[FormOption, ...] = ()


@dataclass(frozen=True, slots=True)
class FormSection:
    """A part of the questionnaire."""

    title: str
    introduction: str | None
    only_if: str | None
    items: tuple[FormItem, ...]


@dataclass(frozen=True, slots=True)
class FormWords:
    """The words around the questions."""

    form_number: str
    page: str  # holds `{page}` and `{pages}`
    place: str
    anonymous: str
    how: str
    thanks: str


@dataclass(frozen=True, slots=True)
class PaperForm:
    """A questionnaire on paper. `numbers` are the printed form numbers, one copy each; empty: one, to be written."""

    language: str
    title: str
    introduction: str | None
    identity: str
    source: str
    provenance: tuple[str, ...]
    place: str
    sections: tuple[FormSection, ...]
    closing: str | None
    words: FormWords
    numbers: tuple[str, ...] = ()
