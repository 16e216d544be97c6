"""The survey office's side: waves in the field, their links, devices, paper, and how the fieldwork goes."""

from app.manage import (  # noqa: F401 (their routes register themselves)
    devices,
    interviewers,
    monitoring,
    paper,
    printing,
    queue_files,
    served,
    staff,
    waves,
)
from app.manage.blueprint import blueprint

__all__ = ["blueprint"]
