"""Tables only: columns, constraints, relationships. Importing this package registers all of them."""

from app.models.agency import AGENCY_KINDS, Agency, AgencyName, AgencyParent
from app.models.audit import AuditEntry
from app.models.comment import Comment
from app.models.device import Device
from app.models.draft import Draft
from app.models.interviewing import PAPER_STATES, Interview, Interviewer, PaperEntry, PaperForm
from app.models.invitation import INVITATION_STATES, Contact, HeadCount, Invitation, SigningKey
from app.models.job import JOB_STATES, Job, Upload
from app.models.promise import Destruction, Promise
from app.models.release import (
    LINE_STATES,
    RUN_STATES,
    EstimationRun,
    ImprovementLine,
    Release,
    ReleaseKey,
    SignOff,
)
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
from app.models.theme import CommentCoding, CommentTheme
from app.models.user import ROLES, TOKEN_PURPOSES, AccountToken, ApiToken, RoleGrant, User, UserSession

__all__ = [
    "AGENCY_KINDS",
    "COLLECTOR_STATES",
    "COMBINES",
    "INVITATION_STATES",
    "JOB_STATES",
    "LAYOUTS",
    "LINE_STATES",
    "MODES",
    "PAPER_STATES",
    "RESPONSE_STATES",
    "ROLES",
    "RUN_STATES",
    "TOKEN_PURPOSES",
    "WAVE_KINDS",
    "WAVE_STATES",
    "AccountToken",
    "Agency",
    "AgencyName",
    "AgencyParent",
    "ApiToken",
    "AuditEntry",
    "Collector",
    "Comment",
    "CommentCoding",
    "CommentTheme",
    "Contact",
    "Destruction",
    "Device",
    "Draft",
    "EstimationRun",
    "HeadCount",
    "ImprovementLine",
    "InstrumentVersion",
    "Interview",
    "Interviewer",
    "Invitation",
    "Job",
    "PaperEntry",
    "PaperForm",
    "Promise",
    "Release",
    "ReleaseKey",
    "Response",
    "RoleGrant",
    "SamplePoint",
    "Served",
    "SignOff",
    "SigningKey",
    "Slip",
    "Survey",
    "Upload",
    "User",
    "UserSession",
    "Wave",
]
