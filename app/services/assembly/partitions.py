"""The domains of a run: columns of the file and their crossings, or the branches of an agency tree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.services.files import FileRefused, ResponseFile
from scoring import Partition

from .options import CROSSING, JOINT, ScoringOptions
from .staff import StaffRelease

OWN = "#own"  # after the code of an agency: its own respondents, without those of the agencies below


@dataclass(frozen=True, slots=True)
class Branches:
    """The agency tree at the wave's date, for domains that are branches.

    `column` of the responses holds agency codes; `path[code]` lists the codes from the top of the tree down to
    the agency itself. `staff` is there where the answers are of staff whom nobody can trace: then an agency's own
    respondents are no domain, and what is shown is solved as the table set of a release.
    """

    column: str
    path: Mapping[str, tuple[str, ...]]
    staff: StaffRelease | None = None


def partitions_of(
    file: ResponseFile, options: ScoringOptions, branches: Branches | None = None
) -> tuple[Partition, ...]:
    """The whole, then each `--by` in its order, then each level of the tree."""
    found = [Partition.whole(file.n_rows)]
    for by in options.by:
        found.append(Partition.of(by, labels_of(file, by)))
        if not found[-1].domains:
            raise FileRefused(
                f"{file.path}: --by {by} finds no domain, for no row has a value in each column."
            )
    if branches:
        found += _levels(file.labels(branches.column), branches)
    return tuple(found)


def labels_of(file: ResponseFile, by: str) -> NDArray[np.str_]:
    """The columns of a `--by`, or of another crossing, joined by `|`, shape (n_rows,); empty where any of them is."""
    columns = by.split(CROSSING)
    parts = [file.labels(column) for column in columns]
    if len(parts) == 1:
        return parts[0]
    for column, part in zip(columns, parts, strict=True):
        joint = np.flatnonzero(np.char.find(part, JOINT) >= 0)
        if len(joint):
            raise FileRefused(
                f"{file.path}: column {column} holds {str(part[joint[0]])!r}; the sign {JOINT} joins the parts of a"
                f" crossing, so replace it there, or score without {by}."
            )
    joined = parts[0]
    for part in parts[1:]:
        joined = np.char.add(np.char.add(joined, JOINT), part)
    return np.where(np.logical_or.reduce([part == "" for part in parts]), "", joined)


def _levels(agencies: NDArray[np.str_], branches: Branches) -> list[Partition]:
    """One partition per level of the tree, then the agencies that have respondents of their own and below."""
    unknown = sorted(set(agencies) - set(branches.path) - {""})
    if unknown:
        raise FileRefused(
            f"Column {branches.column}: agency {str(unknown[0])!r} does not stand in the agency tree"
            f"{f', nor do {len(unknown) - 1} more' if len(unknown) > 1 else ''}; correct the code or add the agency."
        )
    codes, position = np.unique(agencies, return_inverse=True)
    paths = [branches.path.get(code, ()) for code in codes]
    above = {code for path in paths for code in path[:-1]}
    depth = max(map(len, paths), default=0)
    labels = [[path[k] if len(path) > k else "" for path in paths] for k in range(depth)]
    own = [code + OWN if code in above else "" for code in codes]
    return [
        Partition.of(branches.column, np.array(label)[position.reshape(-1)])
        for label in (labels if branches.staff else (*labels, own))
        if any(label)
    ]
