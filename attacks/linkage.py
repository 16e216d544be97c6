"""Linkage: whose answers are whose? A simulated wave, all that it leaves behind, and every way of joining it.

`python -m attacks.linkage` lives through a staff wave on SQLite and on PostgreSQL, hands the attacker the data
directory with a copy of every evening, the logs, and the invitations in the order of use with the person of each, and
lets every method of `linking` guess. Per database it prints `linkage: sqlite: linked X of N, chance Y, bound Z`:

- X: right guesses of the best method; N: responses that were stored;
- Y: right guesses to be expected of blind guessing within what is public (group and written profile);
- Z: the 99.9 % bound of the best of M methods that have learnt nothing (`chance.bound`: exact, Bonferroni over M).

It ends with 1 if X is above Z on any database, or if a class is smaller than the rules allow. `PLANT=` plants a leak
(`plants`), which must be found.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.services.staff.rarity import LEAST_ALIKE
from attacks import chance, linking, reading
from attacks.plants import PLANTS, Plant
from attacks.staff import Fieldwork
from tests.databases import Server, postgresql

PEOPLE = 1_150  # at least; more than a thousand answer
DATABASES = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Linkage:
    """What came out on one database; `best` are the methods in order of their right guesses."""

    database: str
    linked: int
    responses: int
    chance: float
    bound: int
    smallest: int
    classes: int
    best: tuple[tuple[int, str], ...]
    log_lines: int

    @property
    def found(self) -> bool:
        """Whether more was linked than chance can explain."""
        return self.linked > self.bound

    def __str__(self) -> str:
        return (
            f"linkage: {self.database}: linked {self.linked} of {self.responses}, chance {self.chance:.1f}, "
            f"bound {self.bound}"
        )


def attack(
    database: str, plant: Plant, people: int, seed: int, folder: Path, server: Server | None = None
) -> Linkage:
    """One wave on one database, attacked; `folder` is empty and takes everything."""
    if server is None:
        url, files = f"sqlite:///{folder / 'instance' / 'hailong.sqlite'}", None
    else:
        url, files = server.create(f"attack_{seed}_{folder.name}".replace("-", "_")), server.folder / "data"
    evidence = Fieldwork(url, files, folder, people, plant, seed).live()
    tables = reading.read_tables(url)
    copies = [reading.waiting(copy.day, copy.folder) for copy in evidence.copies]
    last = evidence.copies[-1].folder
    board = linking.lay_out(evidence, tables, copies, reading.positions(last))
    tried = [(linking.count_right(board, cost), name) for name, cost in linking.methods(board)]
    tried.sort(key=lambda one: (-one[0], one[1]))
    sizes = [(len(one.people), len(one.responses)) for one in board.classes]
    return Linkage(
        database,
        tried[0][0],
        len(board.responses),
        chance.expected(sizes),
        chance.bound(sizes, len(tried)),
        min(size for size, _responses in sizes),
        len(sizes),
        tuple(tried),
        reading.log_lines(last),
    )


def attack_on(database: str, plant: Plant, people: int, seed: int, server: Server | None = None) -> Linkage:
    """The same in a folder of its own, and a server of its own where none is given."""
    with tempfile.TemporaryDirectory(prefix="attack") as name:
        if database == "sqlite":
            return attack(database, plant, people, seed, Path(name))
        if server is not None:
            return attack(database, plant, people, seed, Path(name), server)
        with postgresql() as running:
            return attack(database, plant, people, seed, Path(name), running)


def report(found: Linkage, methods: int = 3) -> None:
    """The classes, the best methods and, last, the line that counts."""
    print(
        f"  {found.database}: {found.classes} classes of at least {found.smallest}; {len(found.best)} methods; "
        f"{found.log_lines} lines in the logs"
    )
    for right, name in found.best[:methods]:
        print(f"  {right:5} {name}")
    print(found, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    wanted = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    wanted.add_argument("--people", type=int, default=PEOPLE)
    wanted.add_argument("--seed", type=int, default=None, help="default: drawn, and printed")
    wanted.add_argument("--methods", type=int, default=3, help="how many of the best methods are listed")
    wanted.add_argument("databases", nargs="*", default=list(DATABASES))
    options = wanted.parse_args(arguments)
    plant = os.environ.get("PLANT", "")
    if plant not in PLANTS:
        names = ", ".join(name for name in PLANTS if name)
        print(f"PLANT={plant} is not known here; use one of {names}, or leave it out.", file=sys.stderr)
        return 1
    seed = random.SystemRandom().randrange(10_000) if options.seed is None else options.seed
    print(f"  seed {seed}", flush=True)
    told = False
    for name in options.databases:
        found = attack_on(name, PLANTS[plant](), options.people, seed)
        report(found, options.methods)
        told |= found.found or found.smallest < LEAST_ALIKE
    return int(told)


if __name__ == "__main__":
    sys.exit(main())
