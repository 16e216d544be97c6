"""Releasing in one step, for somebody who is alone: a frozen wave is estimated and released at once.

The manifest then says that nobody else approved. Where there are two people, `runs` and `approving` have the two steps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from app.models import Release, Wave
from app.queries.agencies import AgencyTree
from app.services import approving, runs
from app.services.collecting import Asked, options_of
from app.services.release_inputs import AGENCY, with_own
from app.services.runs import RESULTS, WORKBOOKS, NotFrozen, folder_of

__all__ = [
    "AGENCY",
    "RESULTS",
    "WORKBOOKS",
    "NotFrozen",
    "domain_names",
    "folder_of",
    "options_of",
    "release",
]


def release(
    wave: Wave,
    *,
    published_on: date,
    language: str,
    further: Sequence[str] = (),
    organisation: str = "",
    lonely_psu: str = "fail",
    changes: str = "",
    reason: str = "",
    folder: Path | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Release:
    """Estimate the wave's snapshot and release the run, approved by nobody else; see `runs.estimate` and
    `approving.approve`.

    Workbooks are written in `language`, and again in each `further` one.
    """
    asked = Asked(
        published_on=published_on,
        languages=(language, *further),
        organisation=organisation,
        lonely_psu=lonely_psu,
        changes=changes,
        reason=reason,
    )
    return approving.approve(runs.estimate(wave, asked, None, folder=folder, progress=progress), None)


def domain_names(tree: AgencyTree, language: str) -> dict[str, str]:
    """Names of the agencies as domains; `<code>#own` is the agency without what is below it."""
    return with_own({agency.code: agency.label(language) for agency in tree.agencies}, language)
