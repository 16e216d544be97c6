"""Group commit: nobody hears "stored" before it is, and nobody suffers for another's fault."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.exc import IntegrityError

from app.services.group_commit import GroupCommit


@pytest.fixture
def engine(tmp_path):
    made = create_engine(f"sqlite:///{tmp_path / 'g.sqlite'}")
    with made.begin() as connection:
        connection.execute(text("CREATE TABLE kept (number INTEGER PRIMARY KEY)"))
    yield made
    made.dispose()


def keep(number):
    def work(connection):
        connection.execute(text("INSERT INTO kept VALUES (:number)"), {"number": number})
        return number

    return work


def kept(engine):
    with engine.connect() as connection:
        return sorted(connection.scalars(text("SELECT number FROM kept")))


def side_by_side(calls):
    """Run them in threads; what each returned or raised, in their order."""
    found = [None] * len(calls)

    def run(place, call):
        try:
            found[place] = call()
        except Exception as error:
            found[place] = error

    threads = [threading.Thread(target=run, args=one) for one in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert not any(thread.is_alive() for thread in threads)
    return found


def test_everybody_gets_what_their_own_work_gave(engine):
    group = GroupCommit(engine)

    found = side_by_side([lambda number=number: group.run(keep(number)) for number in range(50)])

    assert found == list(range(50)) == kept(engine)


def test_what_gathers_during_a_commit_is_committed_together(engine):
    group, under_way, go_on, commits = GroupCommit(engine), threading.Event(), threading.Event(), []
    event.listen(engine, "commit", lambda _connection: commits.append(1))

    def first(connection):
        under_way.set()
        go_on.wait(10)
        return keep(0)(connection)

    leader = threading.Thread(target=group.run, args=(first,))
    leader.start()
    under_way.wait(10)
    followers = [threading.Thread(target=group.run, args=(keep(number),)) for number in range(1, 9)]
    for thread in followers:
        thread.start()
    while len(group._waiting) < 8:
        threading.Event().wait(0.01)
    assert commits == []
    go_on.set()
    for thread in (leader, *followers):
        thread.join(10)

    assert kept(engine) == list(range(9))
    assert len(commits) == 2


def test_one_that_fails_leaves_the_others_stored(engine):
    group, under_way, go_on = GroupCommit(engine), threading.Event(), threading.Event()
    group.run(keep(3))

    def first(connection):
        under_way.set()
        go_on.wait(10)

    leader = threading.Thread(target=group.run, args=(first,))
    leader.start()
    under_way.wait(10)
    calls = [lambda number=number: group.run(keep(number)) for number in (1, 2, 3, 4)]
    timer = threading.Timer(0.3, go_on.set)
    timer.start()
    found = side_by_side(calls)
    leader.join(10)

    assert kept(engine) == [1, 2, 3, 4]
    assert [type(one) for one in found] == [int, int, IntegrityError, int]


def test_a_commit_that_fails_is_told_to_everybody_and_the_next_one_goes_on(engine):
    group, broken = GroupCommit(engine), [True]

    def refuse(_connection):
        if broken[0]:
            raise OSError("disk full")

    event.listen(engine, "commit", refuse)
    found = side_by_side([lambda number=number: group.run(keep(number)) for number in range(5)])
    broken[0] = False

    assert [type(one) for one in found] == [OSError] * 5
    assert kept(engine) == []
    assert group.run(keep(9)) == 9
