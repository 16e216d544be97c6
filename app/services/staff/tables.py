"""What the release of a staff wave is solved with: head counts, earlier releases, the last wave, the citizens."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import current_app

from app.models import Release, Wave
from app.queries.agencies import AgencyTree
from app.queries.unit_results import (
    find_last_wave_release,
    find_release_of_instrument,
    heads_by_agency,
    list_releases,
)
from app.queries.waves import instrument_of
from app.services.assembly.staff import WHOLE, Citizens, LastWave, StaffRelease
from app.services.assembly.tableset import TABLES
from app.services.assembly.units import UNITS
from app.services.errors import ServiceError

RESULTS = "results.json"


class EarlierReleaseGone(ServiceError):
    """What an earlier release showed cannot be read any more."""

    def __init__(self, release: Release, name: str):
        super().__init__(
            f"{name} of release {release.number} of wave {release.wave.code} is missing or was changed; restore"
            f" {release.folder} from a backup, for without it nobody can say what was shown."
        )


def staff_release(wave: Wave, tree: AgencyTree) -> StaffRelease:
    """The inputs of a wave's next release; raises EarlierReleaseGone."""
    return StaffRelease(
        wave=f"{wave.survey.code}/{wave.code}",
        parents={one.code: one.parent if one.parent in tree else None for one in tree.agencies},
        heads=heads_by_agency(wave),
        crossed=tuple(wave.crossed),
        earlier=tuple(_checked(one, TABLES) for one in list_releases(wave)),
        last_wave=_last_wave(wave),
        citizens=tuple(_citizens(wave)),
    )


def read_beside(release: Release, name: str) -> dict[str, Any]:
    """A document of a release; raises EarlierReleaseGone."""
    try:
        return json.loads(Path(current_app.instance_path, release.folder, name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EarlierReleaseGone(release, name) from error


def _checked(release: Release, name: str) -> dict[str, Any]:
    """The tables of a release, unchanged: the unit results carry their hash."""
    path = Path(current_app.instance_path, release.folder, name)
    wanted = read_beside(release, UNITS)["tables_sha256"]
    if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != wanted:
        raise EarlierReleaseGone(release, name)
    return read_beside(release, name)


def _last_wave(wave: Wave) -> LastWave | None:
    release = find_last_wave_release(wave)
    if release is None:
        return None
    return LastWave(
        wave=release.wave.code, title=release.wave.title, units=read_beside(release, UNITS)["units"]
    )


def _citizens(wave: Wave) -> Iterator[Citizens]:
    """The newest results of every instrument to which items of this one correspond."""
    targets = {item.maps_to.partition("/")[0]: None for item in instrument_of(wave).items if item.maps_to}
    for code in targets:
        release = find_release_of_instrument(code)
        if release is not None:
            yield Citizens(
                wave=f"{release.wave.survey.code}/{release.wave.code}",
                instrument=code,
                title=release.wave.title,
                figures={
                    (one["domain"] or WHOLE, one["node"]): (one["value"], one["n"])
                    for one in read_beside(release, RESULTS)["estimates"]
                    if one["measure"] == "top_box"
                    and one["value"] is not None
                    and one["by"] in (None, "agency")
                },
            )
