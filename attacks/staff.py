"""A simulated staff wave, from the first invitation to the frozen snapshot, with copies taken on the way.

Everything goes through the application's own addresses, as browsers send it: people redeem in a drawn order, most
answer at once, some on another day, some lose the reply and send again, some never answer. At the end of every day
somebody copies all that the server keeps. Of a `Person` the attacker is given everything but what was said and when.
"""

from __future__ import annotations

import logging
import random
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import flask_migrate
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from app import create_app
from app.extensions import db
from app.models import Wave
from app.services import fieldwork, snapshots
from app.services.agencies import AgencyRow, import_agencies
from app.services.staff import inviting, redeeming, tidying
from attacks.plants import Plant
from surveys.instrument import Instrument
from surveys.loading import from_document
from tests.services.staff import blinding

BEGIN = date(2025, 7, 1)
OPENED = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DAYS = 5
ITEMS = tuple(f"q{number}" for number in range(1, 21))
PROFILE = {
    "rank": (("clerk", 45), ("expert", 35), ("senior", 12), ("head", 5), ("deputy", 3)),
    "age": (("20", 20), ("30", 40), ("40", 27), ("50", 13)),
    "sex": (("f", 48), ("m", 52)),
}
CROSSED = ("rank", "age")
WORDS = (
    "việc",
    "họp",
    "lương",
    "phòng",
    "giờ",
    "máy",
    "đơn",
    "chậm",
    "nhanh",
    "vui",
    "tốt",
    "kém",
    "cần",
    "nên",
)

AT_ONCE, COMES_BACK, LOSES_A_REPLY, WRITES = 0.72, 0.94, 0.12, 0.35


@dataclass(eq=False)
class Person:
    """Somebody of the staff. The attacker knows all of it but `answers`, `words` and when they were sent."""

    unit: str
    collector: str
    number: int
    token: str
    profile: dict[str, str]
    language: str
    day: int = -1  # of redeeming; -1: never
    use: int = -1  # place in the order of use over the whole wave
    keys: list[bytes] = field(default_factory=list)  # everything that was sent or received at redeeming
    answers: dict[str, str] = field(default_factory=dict)
    words: str = ""
    moment: datetime | None = None
    answered: bool = False


@dataclass(frozen=True)
class Copy:
    """A copy of all that the server keeps, at the end of a day: the instance, the database's files."""

    day: int
    folder: Path


@dataclass(frozen=True)
class Evidence:
    """What was left behind: the people as they redeemed, the copies, and the address of the database at the end."""

    people: list[Person]
    copies: list[Copy]
    url: str
    threshold: int
    parents: dict[str, str | None]


def instrument() -> Instrument:
    """Twenty items on five points, three profile items, a comment."""
    scale = {
        "options": [{"code": str(n), "label": {"vi": str(n), "en": str(n)}, "value": n} for n in range(1, 6)],
        "satisfied": ["4", "5"],
    }
    items = [
        {"code": code, "text": {"vi": code, "en": code}, "scale": "agree", "role": "score"} for code in ITEMS
    ]
    items += [
        {
            "code": code,
            "role": "profile",
            "text": {"vi": code, "en": code},
            "options": [{"code": one, "label": {"vi": one, "en": one}} for one, _share in options],
        }
        for code, options in PROFILE.items()
    ]
    items.append({"code": "words", "type": "text", "role": "open", "text": {"vi": "Góp ý", "en": "Comment"}})
    return from_document(
        {
            "code": "attacked",
            "version": 1,
            "kind": "survey",
            "audience": "staff",
            "title": {"vi": "Phiếu", "en": "Form"},
            "source": "Made for the attack",
            "languages": ["vi", "en"],
            "scales": {"agree": scale},
            "sections": [{"code": "all", "title": {"vi": "Phiếu", "en": "Form"}, "items": items}],
            "indices": [
                {
                    "code": "index",
                    "title": {"vi": "Chỉ số", "en": "Index"},
                    "score": "top_box",
                    "aggregate": "pooled_answers",
                    "items": list(ITEMS),
                }
            ],
        }
    )


def ministry(people: int, rng: random.Random) -> tuple[dict[str, str | None], dict[str, int]]:
    """A tree of three levels and the heads of each unit; about one unit in four stays below the threshold."""
    parents: dict[str, str | None] = {"m": None}
    heads = {"m": 4}
    department = 0
    while sum(heads.values()) < people:
        above = f"m-{department}"
        parents[above] = "m"
        heads[above] = rng.randint(2, 14)
        for unit in range(rng.randint(3, 7)):
            parents[f"{above}-{unit}"] = above
            heads[f"{above}-{unit}"] = rng.choice([rng.randint(1, 9), *(rng.randint(10, 45) for _ in "123")])
        department += 1
    return parents, heads


class Fieldwork:
    """One wave in one database, lived through day by day."""

    def __init__(self, url: str, files: Path | None, folder: Path, people: int, plant: Plant, seed: int):
        """`files`: the database server's data directory; None where the database lies in the instance."""
        self.url, self.files, self.folder, self.plant = url, files, folder, plant
        # Only what happens is drawn from the seed; the application draws its own secrets, as it does in use.
        self.rng = random.Random(f"{seed} {people}")
        self.parents, self.heads = ministry(people, self.rng)
        self.now = OPENED
        self.copies: list[Copy] = []

    def live(self) -> Evidence:
        """The whole wave; the application's connections are closed afterwards."""
        with self._application() as app, _log(self.folder / "instance" / "log"), self.plant.planted():
            wave = self._plan()
            people = self._people(wave)
            client = app.test_client()
            modulus = {one.collector: _modulus(one.collector) for one in people}
            self._days(client, people, modulus)
            fieldwork.close_wave(wave, now=self.now)
            snapshots.freeze(wave, now=self.now)
            self.plant.after(people)
            self._copy(DAYS)
            threshold = wave.threshold
            db.session.remove()
            db.engine.dispose()
        return Evidence(people, self.copies, self.url, threshold, self.parents)

    @contextmanager
    def _application(self) -> Iterator[Flask]:
        app = create_app(
            {
                "TESTING": True,
                "INSTANCE_PATH": self.folder / "instance",
                "SQLALCHEMY_DATABASE_URI": self.url,
                "CLOCK": lambda: self.now,
            }
        )
        with app.app_context():
            flask_migrate.upgrade()
            yield app

    def _plan(self) -> Wave:
        import_agencies(
            [
                AgencyRow(
                    code=code,
                    kind="unit" if above else "ministry",
                    names={"vi": code, "en": code},
                    valid_from=BEGIN,
                    parent=above,
                )
                for code, above in self.parents.items()
            ]
        )
        return fieldwork.create_wave(
            fieldwork.create_survey("attacked", {"vi": "Văn hóa"}),
            "2026",
            fieldwork.register_instrument(instrument()),
            title={"vi": "Đợt 2026"},
            tree_date=OPENED.date(),
            wave_kind="census",
            anonymous=True,
            crossed=list(CROSSED),
        )

    def _people(self, wave: Wave) -> list[Person]:
        made = inviting.invite(wave, self.heads)
        fieldwork.open_wave(wave, now=OPENED)
        drawn = {code: [one for one, _share in options] for code, options in PROFILE.items()}
        shares = {code: [share for _one, share in options] for code, options in PROFILE.items()}
        people = [
            Person(
                one.unit,
                one.collector_code,
                one.number,
                one.token,
                {code: self.rng.choices(drawn[code], shares[code])[0] for code in drawn},
                self.rng.choices(["vi", "en"], [97, 3])[0],
            )
            for one in made
        ]
        self.rng.shuffle(people)
        for person in people:
            person.answers = {code: str(self.rng.randint(1, 5)) for code in ITEMS} | person.profile
            if self.rng.random() < WRITES:
                person.words = " ".join(self.rng.choices(WORDS, k=self.rng.randint(2, 25)))
                person.answers["words"] = person.words
        return people

    def _days(self, client: FlaskClient, people: Sequence[Person], modulus: dict[str, str]) -> None:
        waiting: dict[int, list[tuple[Person, tuple[bytes, bytes]]]] = {day: [] for day in range(DAYS)}
        share = -(-len(people) // DAYS)
        use = 0
        for day in range(DAYS):
            acts = [*people[day * share : (day + 1) * share], *waiting[day]]
            self.rng.shuffle(acts)
            self.now = OPENED + timedelta(days=day)
            for act in acts:
                self.now += timedelta(seconds=self.rng.randint(5, 40))
                if not isinstance(act, Person):
                    self._send(client, *act)
                    continue
                act.day, act.use = day, use
                use += 1
                credential = self._redeem(client, act, modulus[act.collector])
                if self.rng.random() < AT_ONCE:
                    self._send(client, act, credential)
                elif self.rng.random() < COMES_BACK:
                    # Later the same day, or on another.
                    waiting[min(DAYS - 1, day + self.rng.randint(0, 2))].append((act, credential))
            # Who put it off until later the same day.
            for late in [one for one in waiting[day] if not one[0].answered]:
                self.now += timedelta(seconds=self.rng.randint(5, 40))
                self._send(client, *late)
            tidying.tidy()
            self._copy(day)

    def _redeem(self, client: FlaskClient, person: Person, modulus: str) -> tuple[bytes, bytes]:
        message, blinded, factor = blinding.blind(modulus)
        body = {"token": person.token, "blinded": blinded.hex()}
        address = f"/s/{person.collector}/redeem?lang={person.language}"
        for _ in range(1 + (self.rng.random() < LOSES_A_REPLY)):
            reply = client.post(address, json=body)
            if reply.status_code != 200:
                raise RuntimeError(f"An invitation was refused: {reply.status_code} {reply.text}")
        signed = bytes.fromhex(reply.json["signature"])
        person.keys = [person.token.encode(), blinded, signed]
        self.plant.redeemed(person)
        return message, blinding.unblind(modulus, signed, factor)

    def _send(self, client: FlaskClient, person: Person, credential: tuple[bytes, bytes]) -> None:
        message, signature = credential
        body = {
            "message": message.hex(),
            "signature": signature.hex(),
            "instrument": "attacked@1",
            "answers": person.answers,
        }
        address = f"/s/{person.collector}/answers?lang={person.language}"
        for _ in range(1 + (self.rng.random() < LOSES_A_REPLY)):
            reply = client.post(address, json=body)
            if reply.status_code not in (200, 201):
                raise RuntimeError(f"Answers were refused: {reply.status_code} {reply.text}")
        person.answered, person.moment = True, self.now
        self.plant.answered(person)

    def _copy(self, day: int) -> None:
        """Everything as it lies on the disk: `cp -a`, so that times and holes are kept."""
        folder = self.folder / f"copy-{day}"
        folder.mkdir()
        if self.plant.opens_keys:
            _copy_all(self.folder / "instance-keys", folder / "keys")
        if self.files is None:
            _copy_all(self.folder / "instance", folder / "instance")
        else:
            with db.engine.connect() as connection:
                connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("CHECKPOINT"))
            _copy_all(self.folder / "instance", folder / "instance")
            _copy_all(self.files, folder / "database")
            _copy_all(self.files.parent / "log", folder / "server.log")
        self.copies.append(Copy(day, folder))


def _copy_all(source: Path, target: Path) -> None:
    # A database that runs may take a file away under the copy; a backup goes on as well.
    done = subprocess.run(["cp", "-a", str(source), str(target)], capture_output=True, text=True, check=False)
    if done.returncode and not target.exists():
        raise RuntimeError(done.stderr)


def _modulus(collector: str) -> str:
    from app.queries.collectors import get_collector

    return redeeming.modulus(get_collector(collector).id)


@contextmanager
def _log(path: Path) -> Iterator[None]:
    """Everything that the application and its libraries say, to a file in the instance, in every detail they give."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(path)
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
        handler.close()
