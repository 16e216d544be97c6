"""What a reader asked for and is not there."""

from __future__ import annotations


class NotFound(LookupError):
    """Nothing of this `kind` has this `key`; the message is the one sentence to show."""

    def __init__(self, kind: str, key: object):
        super().__init__(f"There is no {kind} {key}; check the code.")
        self.kind = kind
        self.key = key
