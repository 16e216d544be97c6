"""The kinds of long work, each registered under its name by the service that does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from app.services.errors import ServiceError

# Where kinds are registered; a worker loads them all before it takes a job.
MODULES: tuple[str, ...] = (
    "app.services.estimating",
    "app.services.exporting.work",
    "app.services.printing.all_scorecards",
    "app.services.rechecking",
)

# What a kind's function returns: plain JSON, see `Kind`.
Result = dict[str, Any]
Work = Callable[..., Result]


class UnknownKind(ServiceError):
    """Nothing here does such work."""

    def __init__(self, name: str):
        super().__init__(f"There is no long work called {name!r}.")
        self.name = name


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of long work.

    `work(progress, **arguments)` runs in an application context and may be begun again from the start at any time. It
    writes its files into `progress.folder` and returns plain JSON. Of that, the job's page reads `files` (names in the
    folder, in the order to show; no other is offered), `rows` (how many rows were written) and `next` (a path on this
    site to go on to).

    `title` is an English sentence of the catalogue. `right` is what one must still have to take the files away; where
    the arguments name `tops`, over those branches.
    """

    name: str
    work: Work
    title: str
    right: str | None = None


_kinds: dict[str, Kind] = {}


def kind(name: str, *, title: str = "", right: str | None = None) -> Callable[[Work], Work]:
    """Register a function as the work of this kind."""

    def register(work: Work) -> Work:
        _kinds[name] = Kind(name, work, title or name, right)
        return work

    return register


def get_kind(name: str) -> Kind:
    """The kind with this name; UnknownKind where there is none."""
    if name not in _kinds:
        for module in MODULES:
            import_module(module)
    if name not in _kinds:
        raise UnknownKind(name)
    return _kinds[name]
