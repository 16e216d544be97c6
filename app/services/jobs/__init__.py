"""Long work: it is asked for in a request, done by a worker, and can be left and come back to.

The table `job` is the truth; the queue beside it only wakes a worker up (`queue`). A worker that dies half-way leaves
its job to the next one, which begins it again in a clean folder. How to write a kind of job: docs/jobs-and-exports.md.
"""

from app.services.jobs.asking import cancel, enqueue
from app.services.jobs.folders import folder_of
from app.services.jobs.kinds import Kind, UnknownKind, get_kind, kind
from app.services.jobs.progress import BrokenOff, Progress
from app.services.jobs.running import work_off

__all__ = [
    "BrokenOff",
    "Kind",
    "Progress",
    "UnknownKind",
    "cancel",
    "enqueue",
    "folder_of",
    "get_kind",
    "kind",
    "work_off",
]
