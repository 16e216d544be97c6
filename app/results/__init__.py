"""What came out of a closed wave, agency by agency, and the workbooks to take away: for evaluators, and for everybody
where a release is public."""

from app.results import scorecard, sign_off, units
from app.results.public import blueprint as public
from app.results.views import blueprint

__all__ = ["blueprint", "public", "scorecard", "sign_off", "units"]
