"""Which rows belong to which domain. Domains are estimated on the whole design, never on rows cut out of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.labels import as_labels


@dataclass(frozen=True, eq=False)
class Partition:
    """Disjoint domains of one kind: provinces, or the agencies of one level of the tree.

    `row_domain` is an int array of shape (n,), the position of the row's domain in `domains`, or -1 for a row
    that is in the whole and in none of them. `by` None is the whole population as its one domain.
    """

    by: str | None
    domains: tuple[str | None, ...]
    row_domain: NDArray[np.intp]

    @classmethod
    def whole(cls, n_rows: int) -> Partition:
        """Everyone."""
        return cls(None, (None,), np.zeros(n_rows, dtype=np.intp))

    @classmethod
    def of(cls, by: str, labels: ArrayLike) -> Partition:
        """One domain per distinct label, in sorted order; an empty label is in no domain. `labels` shape (n,)."""
        codes, row_domain = np.unique(as_labels(labels).astype(str), return_inverse=True)
        row_domain = row_domain.reshape(-1)
        if len(codes) and codes[0] == "":
            codes, row_domain = codes[1:], row_domain - 1
        return cls(by, tuple(str(code) for code in codes), row_domain)

    @property
    def outside(self) -> int:
        """Number of rows in no domain."""
        return int(np.count_nonzero(self.row_domain < 0))
