"""What the invitation slips of a staff survey say, in the wave's language for each unit."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from app.messages import translations
from app.models import Wave
from app.printing.invitations import PER_PAGE, InvitationPage, InvitationSlip, InvitationWords
from app.queries.agencies import get_tree
from app.services.printing.languages import print_languages, text_in
from app.services.staff.handing import Handed

_SAMPLE = "2222-2222-2222-2222"


def make_invitation_pages(
    wave: Wave, handed: Sequence[Handed], *, address: str, language: str
) -> list[InvitationPage]:
    """The slips in one language, ten a page, each unit on pages of its own. Raises PrintRefused.

    `address` is where this server is seen. Without invitations there is one page with a slip that opens nothing:
    a trial of the printing, before codes are drawn that could not be printed.
    """
    spoken = print_languages(wave, language)[0]
    words = _words(wave, spoken)
    tree = get_tree(wave.tree_date)
    if not handed:
        trial = InvitationSlip(f"{address}/s/", f"{address}/s/", _SAMPLE)
        return [InvitationPage("–", (trial,), words)]
    pages = []
    for unit, group in groupby(handed, key=lambda one: one.unit):
        slips = [
            InvitationSlip(one.link(address), f"{address}/s/{one.collector_code}", one.code) for one in group
        ]
        pages += [
            InvitationPage(tree.label(unit, spoken), tuple(slips[start : start + PER_PAGE]), words)
            for start in range(0, len(slips), PER_PAGE)
        ]
    return pages


def _words(wave: Wave, language: str) -> InvitationWords:
    _ = translations(language).gettext
    return InvitationWords(
        language=language,
        title=text_in(wave.title, language),
        how=_("Scan this code, or open this address:"),
        code=_("and type the code:"),
        once=_("For one person, once."),
        promise=_(
            "Nobody can find out what you answered. The page shows the promise before the first question."
        ),
    )
