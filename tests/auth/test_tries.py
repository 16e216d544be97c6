"""The slow-down: how many tries, how long the wait, and what ends it."""

from __future__ import annotations

import pytest

from app.tries import Tries

LAN = ("lan@office.vn", "10.0.0.1")


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def tries(clock):
    return Tries(allowed=3, period=60, most_keys=4, clock=clock)


def test_so_many_tries_are_free(tries):
    assert [tries.begin(LAN) for _ in range(3)] == [0, 0, 0]


def test_the_next_one_waits_for_the_oldest_to_be_forgotten(tries, clock):
    for _ in range(3):
        tries.begin(LAN)
        clock.now += 10

    assert tries.begin(LAN) == 30


def test_after_the_wait_there_is_one_more_try(tries, clock):
    for _ in range(3):
        tries.begin(LAN)
        clock.now += 10
    clock.now += 30

    assert tries.begin(LAN) == 0
    assert tries.begin(LAN) == 10


def test_a_try_that_had_to_wait_does_not_lengthen_the_wait(tries, clock):
    for _ in range(5):
        tries.begin(LAN)
    clock.now += 59

    assert tries.begin(LAN) == 1


def test_the_wait_is_never_told_as_nothing(tries, clock):
    for _ in range(3):
        tries.begin(LAN)
    clock.now += 59.9

    assert tries.begin(LAN) == 1


def test_a_right_password_forgets_the_failed_ones(tries):
    for _ in range(3):
        tries.begin(LAN)
    tries.forgive(LAN)

    assert tries.begin(LAN) == 0


@pytest.mark.parametrize("other", [("lan@office.vn", "10.0.0.2"), ("minh@office.vn", "10.0.0.1")])
def test_another_account_or_address_counts_apart(tries, other):
    for _ in range(3):
        tries.begin(LAN)

    assert tries.begin(other) == 0


def test_memory_is_bounded_and_the_key_unused_longest_goes_first(tries):
    for _ in range(3):
        tries.begin(LAN)
    for number in range(3):
        tries.begin((f"{number}@office.vn", "10.0.0.1"))

    assert tries.begin(LAN) > 0
    for number in range(3, 7):
        tries.begin((f"{number}@office.vn", "10.0.0.1"))
    assert len(tries._times) == 4
    assert tries.begin(LAN) == 0
