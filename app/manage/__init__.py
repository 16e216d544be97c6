"""The survey office's side: waves in the field, their links, devices, paper, and how the fieldwork goes."""

from app.manage import waves  # noqa: F401 (its routes register themselves)
from app.manage.blueprint import blueprint

__all__ = ["blueprint"]
