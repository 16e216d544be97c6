"""Invitations and reminders by e-mail, in batches, to addresses that are kept only until the wave closes.

Reminders go to invitations that were not used; the office sees how many went out, and that only where it says nothing
of anyone. What was sent is logged per wave and day, never per person. The mail server, which is not ours, knows whom it
wrote to: docs/staff-surveys.md says what follows from that.
"""

from __future__ import annotations

import csv
import secrets
import smtplib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from email.message import EmailMessage
from pathlib import Path
from typing import Literal

from flask import current_app
from sqlalchemy import ColumnElement, Row, or_, select, update

from app import clock
from app.config import OFFICE_TIME, office_day
from app.extensions import db, transaction
from app.messages import translations
from app.models import Collector, Contact, Invitation, Wave
from app.queries.waves import is_open
from app.services.mail import MailRefused, MailServer, connected, letter, reason_of
from app.services.printing.languages import text_in
from app.services.staff import contacts, promising
from app.services.staff.handing import Handed

# Marks a sentence for the catalogue; it is translated where it is said.
_ = str

Kind = Literal["invitations", "reminders"]

# One connection to the mail server, and one line of progress in the database.
BATCH = 50


@dataclass(frozen=True, slots=True)
class Sent:
    """What one sending did. `count` is None where the number would say something of somebody.

    `refused` are addresses the mail server does not take, told for invitations only. `waiting`: there is more to send.
    """

    count: int | None
    refused: tuple[str, ...]
    waiting: bool


@dataclass(frozen=True, slots=True)
class Logged:
    """All that was sent of a wave on one day; `count` is None where a part of it may not be seen."""

    day: date
    kind: Kind
    count: int | None


def send(wave: Wave, kind: Kind, server: MailServer, address: str, *, most: int | None = None) -> Sent:
    """Send the invitations that were not sent yet, or remind once a day whoever has not used theirs.

    `address` is where this server is seen, without a slash; `most`: how many at once. Order is drawn. Raises
    MailRefused where the wave is not open, the key is gone, or the mail server breaks off.
    """
    if not wave.anonymous or not is_open(wave, clock.now()):
        raise MailRefused(_("The survey is not open; invitations and reminders are sent while it is."))
    if not contacts.key_path(wave.id).exists():
        raise MailRefused(
            _("No address is kept for this wave; choose a list with addresses before the wave opens.")
        )
    today = office_day(clock.now())
    due = _due(wave, kind, today)
    secrets.SystemRandom().shuffle(due)
    chosen = due if most is None else due[:most]
    done: list[int] = []
    refused: list[str] = []
    try:
        for start in range(0, len(chosen), BATCH):
            _send_batch(wave, kind, server, address, chosen[start : start + BATCH], done, refused)
    except (smtplib.SMTPException, OSError) as error:
        raise MailRefused(
            _("The mail server broke off (%(reason)s); send again later, nobody gets the same e-mail twice."),
            reason=reason_of(error),
        ) from None
    finally:
        seen = kind == "invitations" or _may_be_seen(wave, len(due))
        if done:
            _log(wave, today, kind, len(done) if seen else None)
    return Sent(
        len(done) if seen else None,
        tuple(sorted(refused)) if kind == "invitations" else (),
        len(chosen) < len(due),
    )


def list_mailings(wave: Wave) -> list[Logged]:
    """What was sent of a wave, by day and kind, in order."""
    found: dict[tuple[str, str], int | None] = {}
    path = _log_path(wave)
    if path.exists():
        with path.open(encoding="ascii", newline="") as file:
            for day, kind, count in csv.reader(file):
                before = found.get((day, kind), 0)
                found[day, kind] = None if before is None or not count else before + int(count)
    return [
        Logged(date.fromisoformat(day), kind, count)  # type: ignore[arg-type]
        for (day, kind), count in sorted(found.items())
    ]


def _send_batch(
    wave: Wave,
    kind: Kind,
    server: MailServer,
    address: str,
    batch: Sequence[Row],
    done: list[int],
    refused: list[str],
) -> None:
    """One connection; what it took is written down even where it breaks off."""
    taken: list[int] = []
    try:
        with connected(server) as connection:
            for one in batch:
                try:
                    connection.send_message(_message(wave, kind, server, address, one))
                except smtplib.SMTPRecipientsRefused:
                    refused.append(one.Contact.address)
                else:
                    taken.append(one.Contact.invitation_id)
    finally:
        db.session.rollback()
        if taken:
            day = office_day(clock.now())
            value = {"sent_on": day} if kind == "invitations" else {"reminded_on": day}
            with transaction() as session:
                session.execute(
                    update(Invitation)
                    .where(Invitation.id.in_(taken))
                    .values(value)
                    .execution_options(synchronize_session=False)
                )
            done += taken


def _due(wave: Wave, kind: Kind, today: date) -> list[Row]:
    condition: ColumnElement[bool]
    if kind == "invitations":
        condition = Invitation.sent_on.is_(None)
    else:
        # Whoever was invited today is not reminded today.
        condition = (Invitation.sent_on < today) & or_(
            Invitation.reminded_on.is_(None), Invitation.reminded_on < today
        )
    return list(
        db.session.execute(
            select(Contact, Collector.code.label("collector"))
            .join(Invitation, Invitation.id == Contact.invitation_id)
            .join(Collector, Collector.id == Invitation.collector_id)
            .where(Invitation.wave_id == wave.id, Invitation.state == "unused", condition)
        )
    )


def _may_be_seen(wave: Wave, reminded: int) -> bool:
    """Whether so many unused invitations, of those sent to, may be told: enough of them, and enough of the others."""
    sent = db.session.scalars(
        select(Invitation.id)
        .join(Contact, Contact.invitation_id == Invitation.id)
        .where(Invitation.wave_id == wave.id, Invitation.sent_on.is_not(None))
    ).all()
    return reminded >= wave.threshold and len(sent) - reminded >= wave.threshold


def _message(wave: Wave, kind: Kind, server: MailServer, address: str, one: Row) -> EmailMessage:
    contact: Contact = one.Contact
    handed = Handed("", one.collector, contacts.token_of(wave, contact), contact.address, contact.language)
    gettext = translations(contact.language).gettext
    title = text_in(wave.title, contact.language)
    first = (
        gettext("You are invited to answer a survey of the staff: %(title)s.")
        if kind == "invitations"
        else gettext("Your invitation to this survey of the staff has not been used yet: %(title)s.")
    )
    lines = [
        first % {"title": title},
        gettext("Open this address; it is for you alone, and for one answer:"),
        handed.link(address),
        gettext("Or open %(address)s and type the code %(code)s.")
        % {"address": f"{address}/s/{one.collector}", "code": handed.code},
        gettext(
            "Nobody can find out what you answered. The page shows the promise before the first question."
        ),
    ]
    if kind == "reminders":
        lines.append(
            gettext(
                "This reminder was sent by a program to every invitation that is not used; nobody looked at a list."
            )
        )
    if wave.closes_at is not None:
        lines.append(
            gettext("The survey closes on %(day)s.")
            % {"day": wave.closes_at.astimezone(OFFICE_TIME).strftime("%d/%m/%Y %H:%M")}
        )
    promise = promising.promise_of(wave)
    if promise is not None and (ask := promising.contact_in(promise)):
        lines.append(gettext("Whom to ask: %(contact)s") % {"contact": ask})
    return letter(server, contact.address, title, lines, contact.language)


def _log(wave: Wave, day: date, kind: Kind, count: int | None) -> None:
    path = _log_path(wave)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("a", encoding="ascii", newline="") as file:
        csv.writer(file).writerow([day.isoformat(), kind, "" if count is None else count])


def _log_path(wave: Wave) -> Path:
    return Path(current_app.instance_path, "mail-log", f"{wave.id}.csv")
