"""The public page on which anybody asks whether a workbook is one of ours, and unchanged."""

from app.verify.views import blueprint

__all__ = ["blueprint"]
