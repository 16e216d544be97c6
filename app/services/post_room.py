"""Letters that go out after the answer has been given, one after the other, by a thread of this process.

For letters whose sending must not be told by the time an answer takes. One that cannot be sent is in the log; whoever
waits for it asks again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from flask import Flask, current_app

from app.services.errors import ServiceError

log = logging.getLogger(__name__)

_KEPT = "hailong-post-room"

# More than these are waiting only where somebody asks on and on.
MOST_WAITING = 100


def send_later(work: Callable[..., Any], *arguments: Any, **named: Any) -> Future[None] | None:
    """Do this in an application context of its own, soon; None where too much is waiting already."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    room = app.extensions.setdefault(_KEPT, ThreadPoolExecutor(1, thread_name_prefix="post-room"))
    if room._work_queue.qsize() >= MOST_WAITING:
        log.warning("A letter was not taken: %s are waiting.", MOST_WAITING)
        return None
    return room.submit(_do, app, work, arguments, named)


def wait_until_sent(app: Flask) -> None:
    """Wait until all that was given so far is done."""
    room = app.extensions.get(_KEPT)
    if room is not None:
        room.submit(int).result()


def _do(app: Flask, work: Callable[..., Any], arguments: tuple, named: dict[str, Any]) -> None:
    with app.app_context():
        try:
            work(*arguments, **named)
        except ServiceError as error:
            log.error("A letter was not sent: %s", error)
        except Exception:
            log.exception("A letter was not sent.")
