"""Agencies over time: begin, rename, move, merge, end. What was true on an earlier day is never rewritten."""

from app.services.agencies.changing import (
    Effect,
    begin_agency,
    end_agency,
    import_agencies,
    merge_agency,
    move_agency,
    preview,
    rename_agency,
)
from app.services.agencies.refusals import AgenciesRefused, AgencyProblem, ChangeRefused
from app.services.agencies.rows import AGENCY_CODE, AgencyRow

__all__ = [
    "AGENCY_CODE",
    "AgenciesRefused",
    "AgencyProblem",
    "AgencyRow",
    "ChangeRefused",
    "Effect",
    "begin_agency",
    "end_agency",
    "import_agencies",
    "merge_agency",
    "move_agency",
    "preview",
    "rename_agency",
]
