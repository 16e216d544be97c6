"""The evaluator's side: what came out of a closed wave, agency by agency, and the workbooks to take away."""

from app.results import units
from app.results.views import blueprint

__all__ = ["blueprint", "units"]
