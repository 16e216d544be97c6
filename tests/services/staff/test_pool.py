"""The pool keeps every answer once and says nothing of their order."""

from __future__ import annotations

import os
import random
import secrets
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from itertools import pairwise

import pytest

from app.services.staff.pool import AnswerTooLong, Pool, PoolFull


@pytest.fixture
def pool(tmp_path):
    pool = Pool(tmp_path / "7.pool")
    pool.make(40, 1000)
    return pool


def credential(number):
    return sha256(str(number).encode()).digest()


def test_what_was_put_is_there(pool):
    kept = {credential(number): f"answer {number}".encode() for number in range(40)}
    for each, payload in kept.items():
        pool.put(each, payload)
    assert {one.credential: one.payload for one in pool.all()} == kept
    assert pool.count() == 40


def test_a_credential_keeps_its_first_answer(pool):
    pool.put(credential(1), b"first")
    assert pool.put(credential(1), b"second").payload == b"first"
    assert pool.count() == 1


def test_many_at_once_are_all_kept_once(pool):
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: pool.put(credential(number % 20), b"x"), range(60)))
    assert pool.count() == 20


def test_places_are_drawn_not_counted(tmp_path):
    """With 40 places drawn freely the positions of the first ten follow no order; 200 pools are enough to see it."""
    rising = 0
    for number in range(200):
        pool = Pool(tmp_path / f"{number}.pool")
        pool.make(40, 10)
        order = [credential((number, each)) for each in range(10)]
        for each in order:
            pool.put(each, b"x")
        places = [order.index(one.credential) for one in pool.all()]
        rising += sum(a < b for a, b in pairwise(places))
    # 1,800 pairs of neighbours, half of them rising; 5 standard deviations of the permutation's count.
    assert abs(rising - 900) < 5 * (200 * 11 / 12) ** 0.5


def test_the_file_has_the_same_length_and_time_whatever_it_holds(pool):
    empty = pool.path.stat()
    pool.put(credential(1), secrets.token_bytes(900))
    filled = pool.path.stat()
    assert (empty.st_size, empty.st_mtime) == (filled.st_size, filled.st_mtime)
    assert filled.st_blocks * 512 >= filled.st_size


def test_a_pool_can_grow_and_loses_nothing(pool):
    for number in range(40):
        pool.put(credential(number), str(number).encode())
    pool.make(60, 5000)
    pool.put(credential(99), b"y" * 5000)
    assert pool.count() == 41
    assert pool.find(credential(7)).payload == b"7"


def test_reshuffling_moves_the_answers_and_loses_none(pool):
    for number in range(20):
        pool.put(credential(number), str(number).encode())
    before = pool.all()
    pool.reshuffle()
    after = pool.all()
    assert before != after
    assert sorted(before, key=lambda one: one.credential) == sorted(after, key=lambda one: one.credential)


def test_a_full_pool_and_a_long_answer_say_so(pool):
    with pytest.raises(AnswerTooLong, match="shorten the comments"):
        pool.put(credential(1), b"x" * 5000)
    for number in range(40):
        pool.put(credential(number), b"x")
    with pytest.raises(PoolFull):
        pool.put(credential(41), b"x")


def test_a_crash_between_place_and_hash_leaves_a_free_place(pool, monkeypatch):
    """The place is on disk before the hash that makes it count."""
    written = []
    real = os.fsync

    def fails_second(number):
        written.append(number)
        if len(written) == 1:
            raise OSError("power cut")
        real(number)

    monkeypatch.setattr("app.services.staff.pool.os.fsync", fails_second)
    with pytest.raises(OSError, match="power cut"):
        pool.put(credential(1), b"x")
    assert pool.count() == 0
    assert pool.put(credential(1), b"x").payload == b"x"


def test_destroying_leaves_nothing(pool):
    pool.put(credential(random.random()), b"x")
    pool.destroy()
    pool.destroy()
    assert not pool.path.exists()
    assert pool.count() == 0
