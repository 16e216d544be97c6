"""The pool keeps every answer once and says nothing of their order."""

from __future__ import annotations

import os
import random
import secrets
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from itertools import pairwise

import pytest

from app.services.staff.pool import AnswerTooLong, KeyLost, NoKeyFolder, Pool, PoolFull


@pytest.fixture
def pool(tmp_path):
    pool = Pool(tmp_path / "7.pool", tmp_path / "keys" / "7.key")
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
        pool = Pool(tmp_path / f"{number}.pool", tmp_path / f"{number}.key")
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


def test_the_file_shows_nothing_of_an_answer_not_even_its_length(pool):
    pool.put(credential(1), b"short")
    pool.put(credential(2), b"a long answer " * 60)
    content = pool.path.read_bytes()
    assert b"short" not in content
    assert b"answer" not in content
    used = [one for one in (content[at : at + 4096] for at in range(4096, len(content), 4096)) if any(one)]
    assert len(used) == 2
    assert all(one.count(0) < 60 for one in used)


def test_reshuffling_seals_anew_so_that_two_copies_agree_in_no_used_place(pool):
    for number in range(30):
        pool.put(credential(number), b"the same")
    before = pool.path.read_bytes()[4096:]
    pool.reshuffle()
    after = pool.path.read_bytes()[4096:]
    places = {before[at : at + 64] for at in range(0, len(before), 4096)} - {bytes(64)}
    assert len(places) == 30
    assert not any(one in after for one in places)


def test_with_the_draining_the_key_is_gone_and_a_copy_opens_to_nobody(pool):
    pool.put(credential(1), b"x")
    copy = pool.path.read_bytes()
    pool.empty()
    assert not pool.key.exists()
    assert [(one.credential, one.payload) for one in pool.all()] == [(credential(1), b"")]
    assert pool.put(credential(2), b"late").payload == b"late"
    assert pool.find(credential(2)).payload == b"late"
    pool.path.write_bytes(copy)
    with pytest.raises(KeyLost, match="put it back"):
        pool.all()


def test_a_lost_key_is_never_made_anew_over_answers_that_wait(pool):
    pool.put(credential(1), b"x")
    key = pool.key.read_bytes()
    pool.key.unlink()
    for act in (lambda: pool.put(credential(2), b"y"), pool.reshuffle, pool.all):
        with pytest.raises(KeyLost):
            act()
    assert not pool.key.exists()
    pool.key.write_bytes(key)
    assert pool.put(credential(2), b"y").payload == b"y"
    assert pool.count() == 2


def test_a_folder_for_keys_that_cannot_be_made_says_what_to_do(tmp_path):
    (tmp_path / "file").touch()
    pool = Pool(tmp_path / "7.pool", tmp_path / "file" / "7.key")
    with pytest.raises(NoKeyFolder, match="HAILONG_KEY_FOLDER"):
        pool.make(3, 10)
    assert pool.count() == 0


def test_only_the_owner_reads_the_key(pool):
    pool.put(credential(1), b"x")
    assert pool.key.stat().st_mode & 0o777 == 0o600
    assert pool.key.parent.stat().st_mode & 0o777 == 0o700
