"""Devices: made by the office, paired once by a code, heard from, revoked."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from hashlib import pbkdf2_hmac

import pytest

from app.extensions import db
from app.models import Device
from app.queries.devices import find_phone_link, list_devices
from app.services import devices, fieldwork
from tests.factories import make_collectors, make_wave

NOW = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)


@pytest.fixture
def desk(data):
    """A kiosk link of an open wave; the clock stands at NOW until a test sets it."""
    data.config["CLOCK"] = lambda: NOW
    wave = make_wave()
    (collector,) = make_collectors(wave, "north-1", mode="kiosk")
    fieldwork.open_wave(wave)
    return collector


def add(desk, name="Máy 1", **changes):
    return devices.add_device(desk, name, **{"language": "vi", "exit_code": "2468"} | changes)


def test_a_device_waits_for_its_code_and_is_paired_by_it(desk):
    device, code = add(desk)
    assert len(code) == 9
    assert device.pairing_until == NOW + timedelta(minutes=15)
    assert device.token_hash is None

    paired = devices.pair(code)

    assert paired.device.id == device.id
    assert paired.device.token_hash == devices.token_hash(paired.token)
    assert paired.device.paired_at == paired.device.seen_at == NOW
    assert paired.device.pairing_code_hash is None


def test_neither_code_nor_token_nor_staff_code_is_stored(desk):
    device, code = add(desk)
    token = devices.pair(code).token
    kept = " ".join(str(getattr(device, column.name)) for column in Device.__table__.columns)
    for secret in (code, devices.spelled(code), token, "2468"):
        assert secret not in kept


def test_the_staff_code_is_kept_as_rounds_salt_and_hash(desk):
    rounds, salt, made = add(desk)[0].exit_code_hash.split("$")
    assert pbkdf2_hmac("sha256", b"2468", bytes.fromhex(salt), int(rounds)).hex() == made


@pytest.mark.parametrize("typed", ["trailing blank", "spaced", "plain", "small"])
def test_a_code_may_be_typed_in_any_way(desk, typed):
    _device, code = add(desk)
    written = {
        "trailing blank": f"{code} ",
        "spaced": " ".join(code),
        "plain": code.replace("-", ""),
        "small": code.lower(),
    }
    assert devices.pair(written[typed]).token


def test_a_code_pairs_once(desk):
    _device, code = add(desk)
    devices.pair(code)
    with pytest.raises(devices.NotPaired):
        devices.pair(code)


def test_of_many_tablets_that_send_a_code_at_once_one_is_paired(data, desk):
    device, code = add(desk)
    number = device.id
    db.session.remove()

    def try_it(_number):
        with data.app_context():
            try:
                return devices.pair(code).token
            except devices.NotPaired:
                return None

    with ThreadPoolExecutor(6) as pool:
        tokens = [token for token in pool.map(try_it, range(6)) if token]
    assert len(tokens) == 1
    assert db.session.get_one(Device, number).token_hash == devices.token_hash(tokens[0])


def test_a_code_is_good_for_15_minutes(data, desk):
    _device, code = add(desk)
    data.config["CLOCK"] = lambda: NOW + timedelta(minutes=15)
    with pytest.raises(devices.NotPaired):
        devices.pair(code)


def test_a_new_code_replaces_the_old_and_the_new_tablet_the_old_one(desk):
    device, first = add(desk)
    old = devices.pair(first).token
    second = devices.renew_pairing(device)
    assert devices.hear_from(old, queue_length=0, queue_oldest_at=None) is not None
    third = devices.renew_pairing(device)
    with pytest.raises(devices.NotPaired):
        devices.pair(second)
    new = devices.pair(third).token
    assert devices.hear_from(old, queue_length=0, queue_oldest_at=None) is None
    assert devices.hear_from(new, queue_length=0, queue_oldest_at=None) is not None


def test_a_revoked_device_is_heard_but_neither_paired_nor_given_a_code(desk):
    device, code = add(desk)
    token = devices.pair(code).token
    waiting = devices.renew_pairing(device)
    devices.revoke_device(device)
    devices.revoke_device(device)

    assert device.revoked_at == NOW
    with pytest.raises(devices.NotPaired):
        devices.pair(waiting)
    with pytest.raises(devices.DeviceRevoked, match="make a new one"):
        devices.renew_pairing(device)
    assert devices.hear_from(token, queue_length=7, queue_oldest_at=NOW).queue_length == 7


def test_a_tablet_tells_how_many_answers_wait(data, desk):
    device, code = add(desk)
    token = devices.pair(code).token
    later = NOW + timedelta(minutes=9)
    data.config["CLOCK"] = lambda: later
    devices.hear_from(token, queue_length=3, queue_oldest_at=NOW)
    db.session.refresh(device)
    assert (device.seen_at, device.queue_length, device.queue_oldest_at) == (later, 3, NOW)


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"name": " "}, "name", "Write the name"),
        ({"name": "x" * 256}, "name", "255"),
        ({"name": "a\nb"}, "name", "Write the name"),
        ({"language": "fr"}, "language", "vi, en"),
        ({"idle_seconds": 14}, "idle_seconds", "between 15 and 600"),
        ({"idle_seconds": None}, "idle_seconds", "between 15 and 600"),
        ({"exit_code": "123"}, "exit_code", "4 to 12 digits"),
        ({"exit_code": "12 34"}, "exit_code", "4 to 12 digits"),
        ({"exit_code": "１２３４"}, "exit_code", "4 to 12 digits"),
    ],
)
def test_what_a_device_cannot_be_is_said_for_its_field(desk, changes, field, said):
    with pytest.raises(devices.DeviceRefused, match=said) as refused:
        add(desk, **changes)
    assert [fault.field for fault in refused.value.faults] == [field]
    assert list_devices(desk.wave) == []


def test_every_fault_is_said_at_once(desk):
    with pytest.raises(devices.DeviceRefused) as refused:
        add(desk, name="", idle_seconds=1, exit_code="x")
    assert [fault.field for fault in refused.value.faults] == ["name", "idle_seconds", "exit_code"]


def test_two_tablets_of_a_desk_have_different_names_while_both_are_in_use(desk):
    device, _code = add(desk)
    with pytest.raises(devices.DeviceRefused, match="already"):
        add(desk)
    devices.revoke_device(device)
    add(desk)


def test_only_an_open_kiosk_link_takes_a_tablet(desk):
    (phones,) = make_collectors(desk.wave, "north-1", mode="qr")
    with pytest.raises(devices.DeviceRefused, match="not for a tablet"):
        add(phones)
    fieldwork.revoke_collector(desk)
    with pytest.raises(devices.DeviceRefused, match="was revoked"):
        add(desk)


def test_the_link_for_phones_is_that_of_the_desk_else_the_first_of_the_place(desk):
    def find():
        return find_phone_link(desk.wave_id, desk.agency_id, desk.label)

    assert find() is None
    wave = desk.wave
    make_collectors(wave, "north-2", mode="qr")
    (first,) = fieldwork.add_collectors(wave, [fieldwork.CollectorRow("north-1", "Cửa chính")])
    assert find().code == first.code
    (same,) = make_collectors(wave, "north-1", mode="qr")
    assert find().code == same.code
    fieldwork.revoke_collector(same)
    assert find().code == first.code
