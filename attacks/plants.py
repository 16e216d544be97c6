"""Leaks planted on purpose, each in the attack's own set-up: an attack that misses one proves nothing.

Nothing here can be switched on in the product: a plant replaces a function in this process, or writes to the
attack's own database what a careless design would have written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest.mock import patch
from uuid import uuid4

from sqlalchemy import func, insert, select, text, update

from app.extensions import db, transaction
from app.models import Collector, Invitation, Response
from app.services.responding import receipt
from app.services.staff import draining
from surveys.answers import sha256

if TYPE_CHECKING:
    from attacks.staff import Person


class Plant:
    """No leak: what the product does. Subclasses change one thing."""

    opens_keys = False

    @contextmanager
    def planted(self) -> Iterator[None]:
        """As long as the wave is lived through."""
        yield

    def redeemed(self, person: Person) -> None:
        """After an invitation was redeemed."""

    def answered(self, person: Person) -> None:
        """After answers were acknowledged."""

    def after(self, people: Sequence[Person]) -> None:
        """After the wave was frozen."""


class Order(Plant):
    """Answers are written to the database as they come, each in a transaction of its own."""

    @contextmanager
    def planted(self) -> Iterator[None]:
        with patch.object(draining, "drain", lambda session, wave, now: None):
            yield

    def answered(self, person: Person) -> None:
        with transaction() as session:
            last = session.scalar(select(func.max(Response.id))) or 0
            session.execute(insert(Response), [_row(person, last + 1)])


class Transaction(Order):
    """One transaction marks the invitation and writes the answer (CONTRACTS 9: seen, 200 of 200)."""

    def answered(self, person: Person) -> None:
        with transaction() as session:
            collector = select(Collector.id).where(Collector.code == person.collector).scalar_subquery()
            session.execute(
                update(Invitation)
                .where(Invitation.collector_id == collector, Invitation.number == person.number)
                .values(sent_on=Invitation.used_on)
                .execution_options(synchronize_session=False)
            )
            last = session.scalar(select(func.max(Response.id))) or 0
            session.execute(insert(Response), [_row(person, last + 1)])


class Time(Plant):
    """The response has a column for the moment at which it arrived."""

    def after(self, people: Sequence[Person]) -> None:
        moments = {scores(one.answers): one.moment for one in people if one.answered}
        with db.engine.begin() as connection:
            connection.execute(text("ALTER TABLE response ADD COLUMN arrived_at VARCHAR(40)"))
            for number, answers in connection.execute(select(Response.id, Response.answers)).all():
                moment = moments[scores(answers)]
                connection.execute(
                    text("UPDATE response SET arrived_at = :moment WHERE id = :id"),
                    {"moment": moment.isoformat() if moment else None, "id": number},
                )


class Rarity(Plant):
    """No profile answers are withheld, neither rare ones nor those that nothing is crossed with."""

    @contextmanager
    def planted(self) -> Iterator[None]:
        with patch.object(draining, "_withhold", lambda wave, answers: None):
            yield


class Keys(Plant):
    """No leak in the product: the attacker's copies hold the folder of the pools' keys as well."""

    opens_keys = True


PLANTS: dict[str, Callable[[], Plant]] = {
    "": Plant,
    "order": Order,
    "xmin": Transaction,
    "time": Time,
    "rarity": Rarity,
    "keys": Keys,
}


def scores(answers: dict[str, Any]) -> tuple[str, ...]:
    """The scored answers: enough of them that no two people say the same."""
    return tuple(answers.get(f"q{number}", "") for number in range(1, 21))


def _row(person: Person, number: int) -> dict[str, Any]:
    """A response as the draining writes it, without profile, so that order and transaction alone tell."""
    from attacks.staff import ITEMS, instrument

    collector = db.session.scalars(select(Collector).where(Collector.code == person.collector)).one()
    answers = {code: person.answers[code] for code in ITEMS}
    response_id = str(uuid4())
    return {
        "id": number,
        "response_id": response_id,
        "wave_id": collector.wave_id,
        "collector_id": collector.id,
        "instrument_version_id": collector.wave.instrument_version_id,
        "language": collector.wave.languages[0],
        "mode": "invitation",
        "state": "counted",
        "answers": answers,
        "answers_sha256": sha256(instrument(), answers),
        "receipt": receipt(response_id),
        "started_at": None,
        "submitted_at": None,
        "received_on": collector.wave.tree_date,
        "device_token": None,
        "flags": [],
    }
