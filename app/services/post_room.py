"""Letters that go out after the answer has been given, one after the other, by a thread of this process.

For letters whose sending must not be told by the time an answer takes. One that cannot be sent is in the log; whoever
waits for it asks again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import Any

from flask import Flask, current_app

from app.services.errors import ServiceError

log = logging.getLogger(__name__)

_KEPT = "hailong-post-room"

# More than these are waiting only where somebody asks on and on.
MOST_WAITING = 100


class PostRoom:
    """One thread, and places for so many letters."""

    def __init__(self) -> None:
        self.pool = ThreadPoolExecutor(1, thread_name_prefix="post-room")
        self.places = BoundedSemaphore(MOST_WAITING)


def send_later(work: Callable[..., Any], *arguments: Any, **named: Any) -> bool:
    """Do this in an application context of its own, soon; False where too much is waiting already."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    room: PostRoom = app.extensions.setdefault(_KEPT, PostRoom())
    if not room.places.acquire(blocking=False):
        log.warning("A letter was not taken: %s are waiting.", MOST_WAITING)
        return False
    room.pool.submit(_do, app, room, work, arguments, named)
    return True


def wait_until_sent(app: Flask) -> None:
    """Wait until all that was given so far is done."""
    room = app.extensions.get(_KEPT)
    if room is not None:
        room.pool.submit(int).result()


def _do(
    app: Flask, room: PostRoom, work: Callable[..., Any], arguments: tuple, named: dict[str, Any]
) -> None:
    try:
        with app.app_context():
            work(*arguments, **named)
    except ServiceError as error:
        log.error("A letter was not sent: %s", error)
    except Exception:
        log.exception("A letter was not sent.")
    finally:
        room.places.release()
