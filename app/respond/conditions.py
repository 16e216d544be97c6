"""Routing for the browser; it is written down by `surveys.script_conditions`."""

from __future__ import annotations

from surveys.script_conditions import condition_for_script

__all__ = ["condition_for_script"]
