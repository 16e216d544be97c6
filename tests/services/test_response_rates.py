"""The response rate on a scorecard: only where the denominator is known for every place of the branch."""

from __future__ import annotations

import pytest

from app.queries.agencies import get_tree
from app.services import fieldwork, responding
from app.services.printing.response_rates import response_rate
from app.services.served import import_served
from tests import factories
from tests.services.test_improvement import make_release

HEAD = "agency,day,transactions,source\n"


def served(*rows):
    import_served((HEAD + "".join(f"{agency},{day},{count},book\n" for agency, day, count in rows)).encode())


@pytest.fixture
def asked(app):
    """A closed wave: two answers in `north-1`, one in `north-2`, all on its first day."""
    with app.app_context():
        wave, links = factories.make_open_wave("north-1", "north-2")
        responding.submit_many([factories.submission(links[k]) for k in (0, 0, 1)])
        fieldwork.close_wave(wave, now=factories.CLOSED)
        release, tree = make_release(wave), get_tree(wave.tree_date)
        yield lambda code: response_rate(release, tree, code)


def test_answers_are_set_against_the_transactions_of_the_branch(asked):
    served(("north-1", "2026-03-02", 10), ("north-1", "2026-03-03", 10), ("north-2", "2026-03-02", 5))

    (one, whole) = asked("north-1"), asked("north")
    assert (one.answered.value, one.of.value, one.rate.value) == (2, 20, 10)
    assert (whole.answered.value, whole.of.value, whole.rate.value) == (3, 25, 12)


def test_without_the_figures_of_one_place_there_is_no_rate_above_it(asked):
    served(("north-1", "2026-03-02", 10))

    assert asked("north-1").rate.value == 20
    assert asked("north") is None
    assert asked("south") is None


def test_more_answers_than_transactions_give_no_rate(asked):
    served(("north-1", "2026-03-02", 1))

    assert asked("north-1") is None
