"""Kinds of work for tests; importing this module registers them."""

from __future__ import annotations

import errno
import time

from app.services.jobs import kind
from app.services.spoken import SpokenError


@kind("test-write", title="Write")
def write(progress, lines=3, about=""):
    with (progress.folder / "lines.txt").open("w") as file:
        for number in range(lines):
            file.write(f"{number}\n")
            progress(number + 1, lines)
    return {"files": ["lines.txt"], "rows": lines}


@kind("test-slow")
def slow(progress, mark):
    """Leaves a line in the file `mark` each time it begins, and waits on its second step until it is broken off."""
    with open(mark, "a") as file:
        file.write("begun\n")
    (progress.folder / "half.txt").write_text("half")
    with open(mark) as file:
        first = len(file.readlines()) == 1
    for step in range(600 if first else 2):
        progress(step + 1, 600)
        time.sleep(0.05)
    return {"files": ["half.txt"]}


@kind("test-refused")
def refused(progress, place):
    raise SpokenError("Press the button: %(button)s.", button=place)


@kind("test-full")
def full(progress):
    (progress.folder / "half.txt").write_text("half")
    raise OSError(errno.ENOSPC, "No space left on device")


@kind("test-broken")
def broken(progress):
    return {"share": 1 / 0}


@kind("test-export", right="export")
def export(progress, tops=None):
    (progress.folder / "Phiếu 1.csv").write_text("a\n")
    return {"files": ["Phiếu 1.csv"], "rows": 1}
