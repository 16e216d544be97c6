"""A slow-down for guessed passwords and codes: so many failed tries per key, then a wait.

It counts in this process only. Several workers count apart, so a guesser gets up to `allowed` tries from each of
them, and a restart forgets all. Passwords are counted by account and address together, and by address over all
accounts. A guesser with many addresses is slowed by the cost of the hash alone: a limit per account over all
addresses would let anyone lock a person out.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from threading import Lock

ALLOWED = 5
PERIOD = 15 * 60.0  # seconds
MOST_KEYS = 10_000

Key = tuple[str, str]


class Tries:
    """Tries by key, such as (account, address). Of `most_keys` remembered, the one unused longest goes first."""

    def __init__(
        self,
        allowed: int = ALLOWED,
        period: float = PERIOD,
        most_keys: int = MOST_KEYS,
        clock: Callable[[], float] = time.monotonic,
    ):
        self.allowed, self.period, self.most_keys, self.clock = allowed, period, most_keys, clock
        self._times: OrderedDict[Key, deque[float]] = OrderedDict()
        self._lock = Lock()

    def begin(self, key: Key) -> int:
        """0 where another try may be made, which then counts as failed until `forgive`; else seconds to wait.

        It counts before the password or code is looked at, so that many tries sent at once gain nothing.
        """
        now = self.clock()
        with self._lock:
            times = self._times.setdefault(key, deque())
            self._times.move_to_end(key)
            while len(self._times) > self.most_keys:
                self._times.popitem(last=False)
            while times and now - times[0] >= self.period:
                times.popleft()
            if len(times) >= self.allowed:
                return max(1, math.ceil(self.period - (now - times[0])))
            times.append(now)
            return 0

    def take_back(self, key: Key) -> None:
        """The last try was right, which says nothing of those before it: forget it alone."""
        with self._lock:
            times = self._times.get(key)
            if times:
                times.pop()

    def forgive(self, key: Key) -> None:
        """It was right: forget what failed before it."""
        with self._lock:
            self._times.pop(key, None)
