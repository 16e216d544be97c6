"""What a sheet of receipt slips says."""

from __future__ import annotations

from collections.abc import Sequence

from app.messages import translations
from app.models import Collector
from app.printing.records import SlipSheet, SlipWords
from app.queries.agencies import get_tree
from app.services.printing.languages import print_languages
from app.services.slips import Sheet


def make_slip_sheets(
    collector: Collector, sheets: Sequence[Sheet], *, address: str, language: str
) -> list[SlipSheet]:
    """The sheets in one language; `address` is where this server is seen. Raises PrintRefused."""
    wave = collector.wave
    spoken = print_languages(wave, language)[0]
    _ = translations(spoken).gettext
    link = f"{address.rstrip('/')}/r/{collector.code}"
    words = SlipWords(
        language=spoken,
        title=_("Your code"),
        how=_("Scan it, or open the address below and type the code."),
        once=_("For one answer; says nothing of you."),
        sheet=_("{sheet} · {number}"),
    )
    place = get_tree(wave.tree_date).label(collector.agency.code, spoken)
    return [
        SlipSheet(
            number=sheet.number,
            place=place,
            address=link,
            codes=sheet.codes,
            opened=tuple(f"{link}?slip={code}" for code in sheet.codes),
            words=words,
        )
        for sheet in sheets
    ]
