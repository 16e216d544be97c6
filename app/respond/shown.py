"""An instrument as one language shows it: texts chosen, ids given, nothing personal.

Made once per (instrument, language) and shared by every page of it, so a template only walks these records.
Ids: an item's block is `item-<code>`, the control that a link leads to is `answer-1-<code>`, further options
count on. Item codes begin with a letter, so the number in front keeps the ids of two items apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby

from app.respond.fields import FIELDS
from app.respond.rated import RatedAgency
from app.respond.versions import Version
from surveys.instrument import Item, Section, Text
from surveys.script_conditions import condition_for_script


@dataclass(frozen=True, slots=True)
class ShownOption:
    """One choice of an item; `id` is unique in the page."""

    code: str
    label: str
    id: str
    missing: bool  # stands for a missing answer, so no condition holds on it


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """Agencies that are listed under one; `label` is empty for those that stand under none."""

    label: str
    options: tuple[RatedAgency, ...]


@dataclass(frozen=True, slots=True)
class ShownItem:
    """One item: `condition` is its `show_if` as JSON for the browser, None where it is always asked."""

    code: str
    id: str
    link: str  # id of the control that takes focus when the error summary is followed
    control: str
    text: str
    hint: str | None
    options: tuple[ShownOption, ...]
    required: bool
    condition: str | None
    unofficial: bool  # the sentence is ours, whatever the instrument asks after
    unverified: bool  # what the official form asks here has not been read in its text
    groups: tuple[ShownGroup, ...] = ()  # the agencies that can be chosen


@dataclass(frozen=True, slots=True)
class ShownSection:
    """A page of the instrument, or a part of the one page."""

    code: str
    id: str
    title: str
    introduction: str | None
    items: tuple[ShownItem, ...]
    condition: str | None


@dataclass(frozen=True)
class ShownInstrument:
    """A whole instrument in one language."""

    identity: str
    code: str
    version: int
    source: str
    language: str
    title: str
    introduction: str | None
    closing: str | None
    sections: tuple[ShownSection, ...]

    @cached_property
    def items(self) -> tuple[ShownItem, ...]:
        """All items in the order of the file."""
        return tuple(item for section in self.sections for item in section.items)

    @cached_property
    def any_required(self) -> bool:
        """Whether there is an item that must be answered; then the others are marked as optional."""
        return any(item.required for item in self.items)

    @cached_property
    def routed(self) -> bool:
        """Whether there is anything for the browser to hide."""
        return any(part.condition for part in (*self.sections, *self.items))

    @cached_property
    def unofficial(self) -> tuple[ShownItem, ...]:
        """Items whose sentence is ours."""
        return tuple(item for item in self.items if item.unofficial)

    @property
    def mixed_wording(self) -> bool:
        """Whether some sentences are ours and others official, so that each of ours must be marked."""
        return 0 < len(self.unofficial) < len(self.items)

    @cached_property
    def unverified(self) -> tuple[ShownItem, ...]:
        """Items whose content was not read in the official text."""
        return tuple(item for item in self.items if item.unverified)


def _groups(item: Item, rated: tuple[RatedAgency, ...]) -> tuple[ShownGroup, ...]:
    if item.type != "rated_agency":
        return ()
    chosen = [one for one in rated if not (item.agencies == "others" and one.own)]
    return tuple(ShownGroup(above, tuple(each)) for above, each in groupby(chosen, key=lambda one: one.above))


@lru_cache(maxsize=128)
def show(version: Version, language: str, rated: tuple[RatedAgency, ...] = ()) -> ShownInstrument:
    """The instrument in `language`, which must be one of its own; `rated` are the agencies it lists for choice."""
    instrument = version.instrument

    def said(text: Text | None) -> str | None:
        return text[language] if text else None

    def shown_item(item: Item) -> ShownItem:
        return ShownItem(
            code=item.code,
            id=f"item-{item.code}",
            link=f"answer-1-{item.code}",
            control=FIELDS[item.type].control,
            text=item.text[language],
            hint=said(item.hint),
            options=tuple(
                ShownOption(
                    option.code,
                    option.label[language],
                    f"answer-{place}-{item.code}",
                    option.missing is not None,
                )
                for place, option in enumerate(instrument.options(item), start=1)
            ),
            required=item.required,
            condition=condition_for_script(item.show_if),
            unofficial=item.wording == "own",
            unverified=item.status in ("P", "M") or (item.wording == "official" and item.status != "V"),
            groups=_groups(item, rated),
        )

    def shown_section(section: Section) -> ShownSection:
        return ShownSection(
            code=section.code,
            id=f"section-{section.code}",
            title=section.title[language],
            introduction=said(section.introduction),
            items=tuple(shown_item(item) for item in section.items),
            condition=condition_for_script(section.show_if),
        )

    return ShownInstrument(
        identity=instrument.identity,
        code=instrument.code,
        version=instrument.version,
        source=instrument.source,
        language=language,
        title=instrument.title[language],
        introduction=said(instrument.introduction),
        closing=said(instrument.closing),
        sections=tuple(shown_section(section) for section in instrument.sections),
    )
