"""Hadamard matrices: the balance of half-samples."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scoring.errors import ScoringError


def hadamard(order: int) -> NDArray[np.int8]:
    """A Hadamard matrix of at least this order, its first row and column 1.

    Parameters
    ----------
    order : int, >= 1

    Returns
    -------
    int array, shape (R, R), of 1 and -1
        R the least order, at least `order`, that doubling and Paley's two constructions over primes reach; H H' = R I.

    Notes
    -----
    Orders of 2^k [1]_, 2^k (q + 1) with a prime q = 3 mod 4, and 2^(k + 1) (q + 1) with a prime q = 1 mod 4 [2]_.
    The first order passed over is 52.

    References
    ----------
    .. [1] Sylvester (1867), Thoughts on inverse orthogonal matrices, Philosophical Magazine 34.
    .. [2] Paley (1933), On orthogonal matrices, Journal of Mathematics and Physics 12, 311-320.

    Examples
    --------
    >>> h = hadamard(10)
    >>> h.shape, bool((h @ h.T == 12 * np.eye(12)).all())
    ((12, 12), True)
    """
    if order < 1:
        raise ScoringError(f"`order` must be at least 1; given: {order}.")
    while (matrix := _hadamard(order)) is None:
        order += 1
    matrix = matrix * matrix[0]
    return (matrix * matrix[:, :1]).astype(np.int64)


def _hadamard(order: int) -> NDArray | None:
    """A matrix of exactly this order, or None."""
    if order == 1:
        return np.ones((1, 1), dtype=np.int64)
    if order % 2 or (order > 2 and order % 4):
        return None
    # Powers of two by doubling alone, as in the literature on half-samples.
    if order & (order - 1) == 0:
        return np.kron(np.array([[1, 1], [1, -1]]), _hadamard(order // 2))
    if order % 4 == 0 and _prime(order - 1):
        skew = _conference(order - 1, -1)
        return skew + np.eye(order, dtype=np.int64)
    if order % 4 == 0 and order // 2 % 2 == 0 and (order // 2 - 1) % 4 == 1 and _prime(order // 2 - 1):
        pair, other = np.array([[1, 1], [1, -1]]), np.array([[1, -1], [-1, -1]])
        symmetric = _conference(order // 2 - 1, 1)
        return np.kron(symmetric, pair) + np.kron(np.eye(order // 2, dtype=np.int64), other)
    half = _hadamard(order // 2)
    return None if half is None else np.kron(np.array([[1, 1], [1, -1]]), half)


def _conference(q: int, sign: int) -> NDArray:
    """C of order q + 1 with C C' = q I: the border of 1 around the quadratic characters of i - j mod q."""
    character = np.full(q, -1, dtype=np.int64)
    character[np.arange(1, q) ** 2 % q] = 1
    character[0] = 0
    out = np.zeros((q + 1, q + 1), dtype=np.int64)
    out[0, 1:], out[1:, 0] = 1, sign
    out[1:, 1:] = character[np.subtract.outer(np.arange(q), np.arange(q)) % q]
    return out


def _prime(n: int) -> bool:
    return n > 1 and all(n % divisor for divisor in range(2, int(n**0.5) + 1))
