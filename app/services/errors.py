"""Why a use case was not done: one class per reason, with the object that stood in the way."""

from __future__ import annotations


class ServiceError(Exception):
    """Nothing was changed. The message is one sentence: what is wrong, where, and what to do."""
