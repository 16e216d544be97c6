"""Which figures may not be shown: too few respondents, or deducible from their neighbours by subtraction."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scoring.nesting import Family
from scoring.suppression import House, protect

__all__ = ["Family", "suppressed"]


def suppressed(
    n: NDArray[np.intp],
    rows: NDArray[np.intp],
    families: Sequence[Family],
    threshold: int,
    also: NDArray[np.bool_] | None = None,
) -> NDArray[np.bool_]:
    """Cells to suppress among D domains x E estimates.

    Parameters
    ----------
    n : int array, shape (D, E)
        Unweighted rows with a valid answer behind each figure.
    rows : int array, shape (D,)
        Rows of each domain.
    families : sequence of Family
        Every way in which published domains add up (`scoring.nesting.families` finds them).
    threshold : int
        Smallest n that may be shown; 0 shows all.
    also : bool array, shape (D, E), optional
        Cells that are hidden in any case.

    Returns
    -------
    bool array, shape (D, E); True where value, n and all else are to be hidden.

    Notes
    -----
    Primary: 0 < n < threshold; or n = 0 in a domain below the threshold (that nobody answered tells of a few).

    Complementary: figures of the same column are hidden, the smallest that can help first, until no sum and
    difference of shown figures covers a hidden cell with fewer than `threshold` respondents. This is the same as
    saying that the greatest count a hidden cell may have, by what is shown and because no count is negative, is at
    least the threshold [1]_. What the children of a shown parent leave over counts as a hidden cell too. Where
    domains form a tree it is decided exactly by what each shown parent leaves after all that is shown below it;
    where they cross (a domain inside two others), by a linear programme.

    Wrong to rely on against: tables published elsewhere or earlier (`scoring.tableset` takes these); solving for one
    item from an index and its other items in the same domain, for columns are treated one by one
    (`scoring.withholding` ties them); learning that a hidden n is 0, or in which of
    two hidden cells the few are; a shown figure of 0 or 100 %, which tells what everyone in it answered.

    References
    ----------
    .. [1] Fischetti, M. and Salazar, J. J. (2001). Solving the cell suppression problem on tabular data with linear
       constraints. Management Science 47, 1008-1027.

    Examples
    --------
    A whole of 100 in three provinces of 4, 20 and 76: the 4 go, and the 20, so that 100 - 76 is no longer the 4.

    >>> n = np.array([[100], [4], [20], [76]])
    >>> suppressed(n, n[:, 0], [Family(0, (1, 2, 3))], 10)[:, 0].tolist()
    [False, True, True, False]
    """
    if threshold <= 0:
        return np.zeros(n.shape, dtype=bool)
    few = (rows > 0) & (rows < threshold)
    hidden = ((n > 0) & (n < threshold)) | (few[:, None] & (n == 0))
    if also is not None:
        hidden |= also
    house = House(families, rows)
    for e in np.flatnonzero(hidden.any(axis=0) | house.leaves_few(n, threshold)):
        hidden[:, e] = protect(house, n[:, e].tolist(), hidden[:, e].tolist(), threshold).hidden
    return hidden
