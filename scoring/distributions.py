"""Figures from a published distribution of answers: the index that its shares give, if they can be right."""

from __future__ import annotations

import math
from collections.abc import Sequence

from scoring.errors import ScoringError, some

__all__ = ["ROUNDING", "distribution_index"]

ROUNDING = 1.0  # per cent by which shares may miss 100 because each was rounded


def distribution_index(shares: Sequence[float], scores: Sequence[float]) -> float:
    """Mean score of people of whom these shares gave each answer.

    Parameters
    ----------
    shares : per cent of the valid answers, one per answer
    scores : score of each answer, such as 100, 75, 50, 25, 0

    Returns
    -------
    float, in the unit of the scores; the shares are taken as parts of their sum.

    Raises
    ------
    ScoringError
        Shares and scores of different number, a share below 0, or shares that miss 100 by more than rounding does:
        then one of them is wrong, and so would the index be.

    Notes
    -----
    Source: Civil Service People Survey, technical guide (Cabinet Office, Open Government Licence), engagement index.

    Examples
    --------
    >>> distribution_index((10, 40, 10, 16, 24), (100, 75, 50, 25, 0))
    49.0
    """
    if len(shares) != len(scores) or not len(shares):
        raise ScoringError(f"{len(shares)} shares for {len(scores)} scores; give one of each per answer.")
    wrong = [share for share in shares if not (math.isfinite(share) and share >= 0)]
    if wrong:
        raise ScoringError(f"Shares of answers are 0 or more; given: {some(wrong)}.")
    total = math.fsum(shares)
    if abs(total - 100) > ROUNDING:
        raise ScoringError(f"The shares add up to {total:g} instead of 100; one of them is wrong.")
    return math.fsum(share * score for share, score in zip(shares, scores, strict=True)) / total
