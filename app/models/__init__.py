"""Tables only: columns, constraints, relationships. Importing this package registers all of them."""

from app.models.agency import AGENCY_KINDS, Agency, AgencyName, AgencyParent
from app.models.comment import Comment
from app.models.device import Device
from app.models.draft import Draft
from app.models.interviewing import PAPER_STATES, Interview, Interviewer, PaperEntry, PaperForm
from app.models.invitation import INVITATION_STATES, Contact, HeadCount, Invitation, SigningKey
from app.models.promise import Destruction, Promise
from app.models.release import Release
from app.models.response import RESPONSE_STATES, Response
from app.models.sample import SamplePoint
from app.models.served import Served
from app.models.slip import Slip
from app.models.survey import (
    COLLECTOR_STATES,
    COMBINES,
    LAYOUTS,
    MODES,
    WAVE_KINDS,
    WAVE_STATES,
    Collector,
    InstrumentVersion,
    Survey,
    Wave,
)
from app.models.user import User

__all__ = [
    "AGENCY_KINDS",
    "COLLECTOR_STATES",
    "COMBINES",
    "INVITATION_STATES",
    "LAYOUTS",
    "MODES",
    "PAPER_STATES",
    "RESPONSE_STATES",
    "WAVE_KINDS",
    "WAVE_STATES",
    "Agency",
    "AgencyName",
    "AgencyParent",
    "Collector",
    "Comment",
    "Contact",
    "Destruction",
    "Device",
    "Draft",
    "HeadCount",
    "InstrumentVersion",
    "Interview",
    "Interviewer",
    "Invitation",
    "PaperEntry",
    "PaperForm",
    "Promise",
    "Release",
    "Response",
    "SamplePoint",
    "Served",
    "SigningKey",
    "Slip",
    "Survey",
    "User",
    "Wave",
]
