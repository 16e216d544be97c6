"""Devices: make one for a collector, pair a tablet with it by a short code, hear from it, revoke it."""

from __future__ import annotations

import hmac
import random
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import pbkdf2_hmac, sha256

from flask import current_app
from sqlalchemy import update

from app import clock
from app.extensions import db, transaction
from app.models import Collector, Device
from app.queries.devices import find_device_by_token_hash, list_devices_of
from app.services.errors import ServiceError
from app.services.fieldwork import LINK_ALPHABET

PAIRING_LENGTH = 8  # 39 bits of chance, for a code that lives this long and opens once:
PAIRING_VALID = timedelta(minutes=15)

IDLE_SECONDS = 60
LEAST_IDLE, MOST_IDLE = 15, 600

# The tablet checks the code by itself, also without a network, so the hash lies on it. A few digits keep
# citizens in; they would not stop someone who copies the storage, whatever the number of rounds.
EXIT_ROUNDS = 20_000
_EXIT_CODE = re.compile(r"\d{4,12}", re.ASCII)

# Marks a sentence for the catalogue; the office's page translates it, the console says it as it is.
_ = str

NO_TABLET_LINK = _("Link %(number)s is not for a tablet at the counter; choose one that is.")
LINK_REVOKED = _("Link %(number)s was revoked; choose another.")
NO_NAME = _("Write the name that stands on the tablet, with at most 255 signs.")
NAME_TAKEN = _("There is a tablet %(name)s at this desk already; write another name, or revoke that one.")
WRONG_LANGUAGE = _("The survey does not speak this language; choose among %(languages)s.")
WRONG_IDLE = _("Write a number of seconds between %(least)s and %(most)s.")
WRONG_EXIT_CODE = _("Write 4 to 12 digits and no other sign.")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one field of a new device; `sentence` is English, with places for the `facts`."""

    field: str
    sentence: str
    facts: Mapping[str, object] = field(default_factory=dict)


class DeviceRefused(ServiceError):
    """The device cannot be set up so; `faults` has one entry per field that is wrong."""

    def __init__(self, faults: Sequence[Fault]):
        super().__init__("\n".join(fault.sentence % fault.facts for fault in faults))
        self.faults = tuple(faults)


class DeviceRevoked(ServiceError):
    """The device was taken out of service, and that is for good."""

    def __init__(self, device: Device):
        super().__init__(f"Device {device.name} was revoked; make a new one.")
        self.device = device


class NotPaired(ServiceError):
    """No device waits for this code: it is wrong, was used, has expired, or the device was revoked."""

    def __init__(self) -> None:
        super().__init__("No tablet waits for this pairing code; ask the office for a new one.")


@dataclass(frozen=True, slots=True)
class Pairing:
    """What a tablet gets once: the secret that it sends with each answer, and the device it has become."""

    token: str
    device: Device


def add_device(
    collector: Collector, name: str, *, language: str, exit_code: str, idle_seconds: int | None = IDLE_SECONDS
) -> tuple[Device, str]:
    """A device of this collector that waits to be paired, and its pairing code: it is shown here only.

    `idle_seconds` None stands for what could not be read as a number. Raises DeviceRefused with every fault.
    """
    with transaction() as session:
        name = name.strip()
        faults = list(_faults(collector, name, language, idle_seconds, exit_code))
        if faults:
            raise DeviceRefused(faults)
        device = Device(
            collector=collector,
            name=name,
            language=language,
            idle_seconds=idle_seconds,
            exit_code_hash=_exit_hash(exit_code),
        )
        session.add(device)
        return device, _wait_for_pairing(device)


def renew_pairing(device: Device) -> str:
    """A new pairing code. A tablet that is paired goes on until another takes its place by the code.

    Raises DeviceRevoked.
    """
    with transaction():
        if device.revoked_at is not None:
            raise DeviceRevoked(device)
        return _wait_for_pairing(device)


def revoke_device(device: Device) -> None:
    """Out of service: no tablet can pair with it, and answers that still come from it are flagged."""
    with transaction():
        if device.revoked_at is None:
            device.revoked_at = clock.now()
            device.pairing_code_hash = device.pairing_until = None


def pair(code: str) -> Pairing:
    """The device that waits for this code, with a new token. Raises NotPaired."""
    token, now = secrets.token_urlsafe(32), clock.now()
    with transaction() as session:
        # One statement finds and uses up the code, so two tablets that send it at once cannot both have it.
        number = session.scalar(
            update(Device)
            .where(
                Device.pairing_code_hash == _pairing_hash(spelled(code)),
                Device.pairing_until > now,
                Device.revoked_at.is_(None),
            )
            .values(
                pairing_code_hash=None,
                pairing_until=None,
                token_hash=token_hash(token),
                paired_at=now,
                seen_at=now,
                queue_length=0,
                queue_oldest_at=None,
            )
            .returning(Device.id)
            .execution_options(synchronize_session=False)
        )
    if number is None:
        raise NotPaired
    return Pairing(token, db.session.get_one(Device, number))


def hear_from(token: str, *, queue_length: int, queue_oldest_at: datetime | None) -> Device | None:
    """Note that a tablet spoke and how many answers wait on it; None where no device has the token.

    A revoked device is heard too: the office wants to know what it still holds.
    """
    given = token_hash(token)
    with transaction() as session:
        session.execute(
            update(Device)
            .where(Device.token_hash == given)
            .values(seen_at=clock.now(), queue_length=queue_length, queue_oldest_at=queue_oldest_at)
            .execution_options(synchronize_session=False)
        )
    return find_device_by_token_hash(given)


def token_hash(token: str) -> str:
    """What the database knows of a token. It is random enough to need no key."""
    return sha256(token.encode()).hexdigest()


def spelled(code: str) -> str:
    """A pairing code as it was made, however it is typed: blanks, dashes and capitals do not matter."""
    return re.sub(r"[\s-]", "", code).lower()


def _wait_for_pairing(device: Device) -> str:
    draw = random.SystemRandom()
    code = "".join(draw.choice(LINK_ALPHABET) for _ in range(PAIRING_LENGTH))
    device.pairing_code_hash = _pairing_hash(code)
    device.pairing_until = clock.now() + PAIRING_VALID
    return f"{code[:4]}-{code[4:]}".upper()


def _pairing_hash(code: str) -> str:
    key = f"hailong pairing {current_app.config['SECRET_KEY']}".encode()
    return hmac.new(key, code.encode(), sha256).hexdigest()


def _exit_hash(code: str) -> str:
    """`rounds$salt$hash`, PBKDF2 with HMAC-SHA256, as static/kiosk/exit_code.js checks it."""
    salt = secrets.token_bytes(16)
    made = pbkdf2_hmac("sha256", code.encode(), salt, EXIT_ROUNDS)
    return f"{EXIT_ROUNDS}${salt.hex()}${made.hex()}"


def _faults(
    collector: Collector, name: str, language: str, idle_seconds: int | None, exit_code: str
) -> Iterator[Fault]:
    if collector.mode != "kiosk":
        yield Fault("collector", NO_TABLET_LINK, {"number": collector.number})
    elif collector.state == "revoked":
        yield Fault("collector", LINK_REVOKED, {"number": collector.number})
    if not 1 <= len(name) <= 255 or not name.isprintable():
        yield Fault("name", NO_NAME)
    elif any(one.name == name and one.revoked_at is None for one in list_devices_of(collector)):
        yield Fault("name", NAME_TAKEN, {"name": name})
    if language not in collector.wave.languages:
        yield Fault("language", WRONG_LANGUAGE, {"languages": ", ".join(collector.wave.languages)})
    if idle_seconds is None or not LEAST_IDLE <= idle_seconds <= MOST_IDLE:
        yield Fault("idle_seconds", WRONG_IDLE, {"least": LEAST_IDLE, "most": MOST_IDLE})
    if not _EXIT_CODE.fullmatch(exit_code):
        yield Fault("exit_code", WRONG_EXIT_CODE)
