"""The attack finds nothing in the product, and every leak that is planted: so it would find one in earnest."""

from __future__ import annotations

import pytest

from app.services.staff.rarity import LEAST_ALIKE
from attacks import __main__ as both
from attacks import linkage
from attacks.plants import PLANTS

PEOPLE = 110  # at least; small, so that it runs with every test
LEAKS = {
    "order": "order",
    "xmin": "xmin",
    "time": "arrived_at",
    "rarity": "rarity",
    "keys": "copies",
}


def attack(database, plant, request):
    server = request.getfixturevalue("server") if database == "postgresql" else None
    return linkage.attack_on(database, PLANTS[plant](), PEOPLE, seed=3, server=server)


def test_nothing_is_linked_on_sqlite(request):
    found = attack("sqlite", "", request)
    assert found.linked <= found.bound
    assert not found.found
    assert found.smallest >= LEAST_ALIKE
    assert found.responses >= 100
    assert len(found.best) > 80


@pytest.mark.postgresql
@pytest.mark.study
def test_nothing_is_linked_on_postgresql(request):
    found = attack("postgresql", "", request)
    assert not found.found
    assert any("xmin" in name for _right, name in found.best)


# Rows of one transaction carry its number on PostgreSQL alone; on SQLite they lie in the order of use.
@pytest.mark.parametrize(
    "plant", ["order", *(pytest.param(one, marks=pytest.mark.study) for one in ("time", "rarity", "keys"))]
)
def test_a_planted_leak_is_found_on_sqlite(plant, request):
    found = attack("sqlite", plant, request)
    assert found.found
    assert LEAKS[plant] in found.best[0][1]


@pytest.mark.postgresql
@pytest.mark.study
def test_a_shared_transaction_is_found_on_postgresql(request):
    found = attack("postgresql", "xmin", request)
    assert found.found
    assert LEAKS["xmin"] in found.best[0][1]
    assert found.linked > 0.9 * found.responses


def test_an_unknown_plant_is_refused_in_one_sentence(monkeypatch, capsys):
    monkeypatch.setenv("PLANT", "moon")
    assert both.main() == 1
    said = capsys.readouterr().err
    assert said.startswith("PLANT=moon is not known; use one of order, ")
    assert said.count("\n") == 1


def test_each_plant_runs_the_program_that_it_concerns(monkeypatch):
    ran = []
    monkeypatch.setattr(linkage, "main", lambda: ran.append("linkage") or 0)
    monkeypatch.setattr(both.subtraction, "main", lambda: ran.append("subtraction") or 1)
    for plant, wanted, status in (
        ("", ["linkage", "subtraction"], 1),
        ("time", ["linkage"], 0),
        ("no-complement", ["subtraction"], 1),
    ):
        ran.clear()
        monkeypatch.setenv("PLANT", plant)
        assert (both.main(), ran) == (status, wanted)
