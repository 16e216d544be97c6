"""The survey office's side: waves in the field, their links, devices, paper, and how the fieldwork goes."""

from app.manage import (  # noqa: F401 (their routes register themselves)
    agencies,
    agency_changes,
    agency_list,
    collectors,
    devices,
    instruments,
    interviewers,
    link_lists,
    monitoring,
    paper,
    printing,
    queue_files,
    runs,
    samples,
    served,
    staff,
    steps,
    surveys,
    themes,
    waves,
)
from app.manage.blueprint import blueprint

__all__ = ["blueprint"]
