"""Invitations are made and handed out: as printed slips, as a file for mail merge, or by e-mail.

Their tokens are in clear only in what `make_invitations` returns, so it is printed, written or sent at once. If
that goes wrong, the same list may be handed out again while the wave is planned: every token is drawn anew, and
the ones before open nothing.
"""

from __future__ import annotations

import csv
import io
import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select, update

from app.extensions import db, transaction
from app.models import Agency, Collector, HeadCount, Invitation, Wave
from app.queries.agencies import get_tree
from app.services.spoken import SpokenError
from app.services.staff import contacts, inviting
from app.services.staff.inviting import Made
from app.services.staff.lists import Person, StaffList

# Marks a sentence for the catalogue; it is translated where the page is made.
_ = str

MERGE_COLUMNS = ("unit", "unit_name", "email", "language", "link", "code")
# What a spreadsheet would take for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class HandingRefused(SpokenError):
    """No invitation was made."""


@dataclass(frozen=True, slots=True)
class Handed:
    """One invitation for one person: `address` is empty where there is none, `token` is in clear."""

    unit: str
    collector_code: str
    token: str
    address: str
    language: str

    def link(self, server: str) -> str:
        """The address that opens it; what follows the `#` is never sent to any server."""
        return f"{server}/s/{self.collector_code}#{self.token}"

    @property
    def code(self) -> str:
        """The token as it is typed."""
        return "-".join(self.token[at : at + 4] for at in range(0, len(self.token), 4)).upper()


def make_invitations(wave: Wave, given: StaffList, *, by_mail: bool = False) -> list[Handed]:
    """One invitation per head of a list without faults, for a planned anonymous wave, in order of units.

    Which person of a unit gets which of its invitations is drawn. `by_mail` keeps the addresses, with their tokens
    sealed, for sending and reminding (`mailing`). Raises HandingRefused.
    """
    if not wave.anonymous:
        raise HandingRefused(_("This wave is not anonymous; plan an anonymous wave for staff."))
    if wave.state != "planned":
        raise HandingRefused(_("Invitations are made before the wave opens; this one is open or closed."))
    if given.faults:
        raise HandingRefused(_("The list has faults; correct them and choose it again."))
    if not given.total:
        raise HandingRefused(_("The list names nobody; write at least one person."))
    known = heads_of(wave)
    if known and known != dict(given.heads):
        raise HandingRefused(
            _("This wave has invitations for another list; choose the same list again, or plan another wave.")
        )
    made = _draw_again(wave) if known else inviting.invite(wave, given.heads)
    handed = _assign(wave, made, given.people)
    if by_mail:
        with transaction() as session:
            contacts.keep(session, wave, _sealed(wave, handed))
    return handed


def heads_of(wave: Wave) -> dict[str, int]:
    """The head counts of a wave by unit; empty while nobody was invited."""
    return dict(
        db.session.execute(
            select(Agency.code, HeadCount.heads)
            .join(Agency, Agency.id == HeadCount.agency_id)
            .where(HeadCount.wave_id == wave.id)
        ).all()
    )


def merge_file(wave: Wave, handed: Iterable[Handed], server: str) -> bytes:
    """The invitations as CSV for mail merge: UTF-8 with a mark, so that Excel reads it rightly."""
    tree = get_tree(wave.tree_date)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(MERGE_COLUMNS)
    for one in handed:
        cells = (
            one.unit,
            tree.label(one.unit, one.language),
            one.address,
            one.language,
            one.link(server),
            one.code,
        )
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells])
    return text.getvalue().encode("utf-8-sig")


def _draw_again(wave: Wave) -> list[Made]:
    """New tokens for every invitation of a planned wave; contacts with the old ones go."""
    made: list[Made] = []
    with transaction() as session:
        contacts.forget(session, wave)
        units: dict[int, list[str]] = defaultdict(list)
        for code, collector_id, heads in session.execute(
            select(Agency.code, HeadCount.collector_id, HeadCount.heads)
            .join(Agency, Agency.id == HeadCount.agency_id)
            .where(HeadCount.wave_id == wave.id, HeadCount.heads > 0)
        ):
            units[collector_id] += [code] * heads
        for drawn in units.values():
            secrets.SystemRandom().shuffle(drawn)
        changes = []
        for number, place, collector_id, collector_code in session.execute(
            select(Invitation.id, Invitation.number, Invitation.collector_id, Collector.code)
            .join(Collector, Collector.id == Invitation.collector_id)
            .where(Invitation.wave_id == wave.id)
            .order_by(Invitation.id)
        ):
            token = inviting.make_token()
            changes.append({"id": number, "token_hash": inviting.token_hash(token), "sent_on": None})
            made.append(Made(units[collector_id].pop(), place, collector_code, token))
        session.execute(update(Invitation), changes)
    return sorted(made, key=lambda one: (one.unit, one.number))


def _assign(wave: Wave, made: Sequence[Made], people: Sequence[Person]) -> list[Handed]:
    """Give each person of a unit one of its invitations, by lot: their order in the list says nothing."""
    waiting: dict[str, list[Person]] = defaultdict(list)
    for person in people:
        waiting[person.unit].append(person)
    for persons in waiting.values():
        secrets.SystemRandom().shuffle(persons)
    handed = []
    for one in made:
        person = waiting[one.unit].pop() if waiting.get(one.unit) else Person(one.unit, "", wave.languages[0])
        handed.append(Handed(one.unit, one.collector_code, one.token, person.address, person.language))
    # Within a unit by address, so that a mail merge reads well and the order of making is lost.
    return sorted(handed, key=lambda one: (one.unit, one.address, one.token))


def _sealed(wave: Wave, handed: Sequence[Handed]) -> Mapping[int, tuple[str, str, str]]:
    numbers = {
        digest: number
        for number, digest in db.session.execute(
            select(Invitation.id, Invitation.token_hash).where(Invitation.wave_id == wave.id)
        )
    }
    return {
        numbers[inviting.token_hash(one.token)]: (one.address, one.language, one.token)
        for one in handed
        if one.address
    }
