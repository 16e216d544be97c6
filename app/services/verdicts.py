"""A verdict as plain JSON, for programs: the same from the command line and from the public page."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from app.services.verifying import Verdict


def document(found: Verdict, *, cells: bool = True) -> dict[str, Any]:
    """All that was found out; `cells` False leaves out what stands in differing cells."""
    statement = found.statement
    return {
        "schema": 1,
        "state": found.state,
        "file_sha256": found.sha256,
        "release": dict(statement.release) if statement else None,
        "inputs": dict(statement.inputs) if statement else None,
        "key_id": statement.key_id if statement else None,
        "recomputed": found.recomputed,
        "remarks": [{"code": one.code, "text": one.said("en")} for one in found.remarks],
        "differences": [asdict(one) for one in found.differences] if cells else [],
    }
