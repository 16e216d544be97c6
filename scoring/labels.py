"""Labels of strata, clusters and domains, as they come in a column: text or numbers, some of them missing."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def as_labels(values: ArrayLike) -> NDArray:
    """The column with every missing label (None, NaN, empty text) as the empty text; numbers stay numbers.

    Text is taken as it stands: `01` is not `1`, and the two Unicode forms of one Vietnamese name are two labels,
    so whoever reads a file brings its text to NFC first.
    """
    column = np.asarray(values)
    if column.dtype.kind == "U" and not isinstance(values, np.ndarray):
        column = np.asarray(values, dtype=object)  # a NaN in a list of text has become the text "nan"
    if column.dtype.kind == "f" and np.isnan(column).any():
        return np.where(np.isnan(column), "", column.astype(str))
    if column.dtype == object:
        # A NaN is the one value that is not equal to itself.
        texts = ["" if value is None or value != value else str(value) for value in column.ravel()]
        return np.array(texts, dtype=str).reshape(column.shape)
    return column
