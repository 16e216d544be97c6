"""Pages of the audit log, for administrators."""

from app.audit.views import blueprint

__all__ = ["blueprint"]
