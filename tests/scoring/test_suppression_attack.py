"""The subtraction program: thousands of tries on released tables, versions and waves, and its own proof."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from attacks.subtraction import THRESHOLD, attack, releases
from scoring.tableset import Cell, TableSet, audit, solve

ROOT = Path(__file__).parents[2]


def test_ten_thousand_tries_recover_nothing():
    findings = attack(range(100, 107))
    assert findings.recovered == []
    assert findings.tried.total() >= 10_000
    assert min(findings.tried[method] for method in ("equations", "bounds", "pairs", "parts", "waves")) > 50


def test_the_same_tries_succeed_where_only_small_cells_are_hidden():
    findings = attack([100], complement=False)
    assert len(findings.recovered) >= 100
    for method in ("by equations", "at most", "less"):
        assert any(method in found for found in findings.recovered)


def test_the_audit_agrees_with_the_attack():
    for complement, expected in ((True, False), (False, True)):
        release = releases(7, complement)[1].released[0]
        found = audit(release.tables, release.hidden, THRESHOLD)
        assert found.tried > 20
        assert bool(found.recovered) is expected


@pytest.mark.study
def test_the_program_ends_with_1_where_the_leak_is_planted():
    done = subprocess.run(
        [sys.executable, "-c", "import attacks.subtraction as s, sys; s.RELEASES = 1; sys.exit(s.main())"],
        env=os.environ | {"PLANT": "no-complement"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert done.stdout.splitlines()[-1].startswith("subtraction: tried ")


def test_an_unknown_plant_is_refused():
    done = subprocess.run(
        [sys.executable, "-m", "attacks.subtraction"],
        env=os.environ | {"PLANT": "weeds"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "use no-complement" in done.stderr) == (1, True)


def test_most_of_what_is_large_stays_shown():
    large = shown = 0
    for seed in range(100, 103):
        for shelf in releases(seed):
            release = shelf.released[0]
            cells = {cell for cell, n in release.tables.counts.items() if n >= THRESHOLD}
            large += len(cells)
            shown += len(cells - release.hidden)
    assert shown / large > 0.4


@pytest.mark.study
def test_five_hundred_agencies_by_ten_ages_are_solved_and_proved():
    rng = np.random.default_rng(4)
    agency, age = rng.integers(0, 500, 9_000), rng.integers(0, 10, 9_000)
    tree = {"top": None} | {f"p{k}": "top" for k in range(20)} | {f"a{k}": f"p{k // 25}" for k in range(500)}
    counts = {}
    for place, branch in (
        (np.zeros_like(agency), ["top"]),
        (agency // 25, [f"p{k}" for k in range(20)]),
        (agency, [f"a{k}" for k in range(500)]),
    ):
        table = np.zeros((len(branch), 10), dtype=int)
        np.add.at(table, (place, age), 1)
        for k, name in enumerate(branch):
            counts[Cell(name)] = int(table[k].sum())
            counts |= {Cell(name, "age", str(a)): int(table[k, a]) for a in range(10)}
    found = solve(TableSet("2026", tree, counts), 10)
    proof = audit(found.tables, found.hidden, 10)
    assert proof.tried > 4_000
    assert proof.recovered == ()
    assert not {cell for cell in found.hidden if cell.branch == "top"}
