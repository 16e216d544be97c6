"""Coded comments of a wave over its agency tree, without what is few or could be found by subtraction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.scorecards import CodedBranch, CodedComments, CodedTheme
from scoring.disclosure import Family, suppressed


@dataclass(frozen=True, slots=True)
class Tally:
    """What was written in one agency itself: comments, those with a theme, and those with each theme."""

    comments: int
    coded: int
    counts: tuple[int, ...]


def coded_comments(
    themes: Sequence[CodedTheme],
    tallies: Mapping[str, Tally],
    parents: Mapping[str, str | None],
    threshold: int,
    unshown: Collection[str] = (),
) -> CodedComments:
    """The counts of every branch with a comment, and of the whole.

    `tallies` by agency code; `parents` holds every agency of the tree, a parent before those below it, None at the
    top. `unshown` are branches that show nothing in any case. A count is hidden where it is from 1 to one less than
    `threshold`, and others with it, until no difference of what is shown covers fewer; see `scoring.disclosure`.
    """
    branches: list[str | None] = [None]
    total = {None: np.zeros(2 + len(themes), dtype=np.intp)}
    for code in parents:
        total[code] = np.zeros(2 + len(themes), dtype=np.intp)
    for code, tally in tallies.items():
        counted = np.array([tally.comments, tally.coded, *tally.counts], dtype=np.intp)
        above: str | None = code
        while above is not None:
            total[above] += counted
            above = parents[above]
        total[None] += counted
    branches += [code for code in parents if total[code][0]]
    place = {code: k for k, code in enumerate(branches)}
    children: dict[int, list[int]] = {}
    for code in branches[1:]:
        children.setdefault(place[parents[code]], []).append(place[code])
    n = np.vstack([total[code] for code in branches])
    also = np.zeros(n.shape, dtype=bool)
    also[[place[code] for code in branches[1:] if code in unshown]] = True
    hidden = suppressed(
        n,
        n[:, 0],
        [Family(parent, tuple(found)) for parent, found in children.items()],
        threshold,
        also,
    )
    # Of a branch that does not even say how much was written there, nothing is said.
    hidden |= hidden[:, :1]
    shown = {code: _branch(n[k].tolist(), hidden[k].tolist()) for code, k in place.items()}
    return CodedComments(tuple(themes), shown, threshold)


def _branch(counts: list[int], hidden: list[bool]) -> CodedBranch:
    comments, coded, *rest = (None if gone else one for one, gone in zip(counts, hidden, strict=True))
    return CodedBranch(comments, coded, tuple(rest))
