"""What the poster of a link says, in one language of its wave or in all."""

from __future__ import annotations

from collections.abc import Sequence

from app.messages import translations
from app.models import Collector, Wave
from app.printing.records import Poster, PosterWords
from app.queries.agencies import AgencyTree, get_tree
from app.services.printing.languages import PrintRefused, print_languages, text_in

# Marks a sentence for the catalogue; it is translated where the page is made.
_ = str


def make_posters(
    wave: Wave,
    collectors: Sequence[Collector],
    *,
    address: str,
    language: str,
    contact: str = "",
    minutes: int | None = None,
) -> list[Poster]:
    """A poster for each link that can still be used; `address` is where this server is seen, without a slash.

    `contact` is whom to ask where the code does not work; empty: the person at the counter. Raises PrintRefused.
    """
    spoken = print_languages(wave, language)
    usable = [one for one in collectors if one.state == "open" and one.mode in {"qr", "kiosk"}]
    if not usable:
        raise PrintRefused(
            _(
                "There is no link to print a poster for: it needs one for phones or tablets that is not revoked."
            )
        )
    tree = get_tree(wave.tree_date)
    return [
        Poster(
            address=f"{address.rstrip('/')}/r/{one.code}",
            number=one.number,
            label=one.label,
            words=tuple(_words(wave, one, tree, each, contact.strip(), minutes) for each in spoken),
        )
        for one in usable
    ]


def _words(
    wave: Wave, collector: Collector, tree: AgencyTree, language: str, contact: str, minutes: int | None
) -> PosterWords:
    _ = translations(language).gettext
    facts = [
        _("Voluntary: you may leave out any question, or stop at any time."),
        _("Anonymous: we ask for no name, no number and no account."),
    ]
    if minutes:
        facts.append(_("It takes about %(minutes)s minutes on your own phone.") % {"minutes": minutes})
    if collector.slips:
        facts.append(_("The desk gives you a slip with a code: the form asks for it once."))
    if contact:
        trouble = _("If the code does not work, tell: %(contact)s") % {"contact": contact}
    else:
        trouble = _(
            "If the code does not work, tell the person at the counter: you will be shown another way."
        )
    return PosterWords(
        language=language,
        place=tree.label(collector.agency.code, language),
        title=text_in(wave.title, language),
        call=_("How were you served here?"),
        scan=_("Scan this code with your phone"),
        facts=tuple(facts),
        type_in=_("Or type this address:"),
        trouble=trouble,
    )
