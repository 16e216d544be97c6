"""Which right each address needs; one that is not named here is not found by anybody.

`app.access.require_right` reads it for every blueprint whose pages need an account. Whether somebody may see the
agency that a page is about is a second question: finders ask it with the person's branches.
"""

from __future__ import annotations

SIGNED_IN = "signed_in"  # an account is enough

RIGHT_OF: dict[str, str] = {
    "manage.add_device": "enter",
    "manage.add_interviewer": "run",
    "manage.devices": "enter",
    "manage.import_served": "run",
    "manage.interviewers": "run",
    "manage.invite_staff": "run",
    "manage.monitoring": "enter",
    "manage.paper_decided": "run",
    "manage.paper_dispute": "run",
    "manage.paper_entered": "enter",
    "manage.paper_screen": "enter",
    "manage.paper_start": "enter",
    "manage.print_form": "enter",
    "manage.print_page": "enter",
    "manage.print_posters": "enter",
    "manage.print_slips": "run",
    "manage.promise_staff": "run",
    "manage.read_staff": "run",
    "manage.renew_device": "enter",
    "manage.revoke_device": "enter",
    "manage.send_to_staff": "run",
    "manage.served": "run",
    "manage.set_door": "run",
    "manage.set_interviewer": "run",
    "manage.set_staff": "run",
    "manage.set_targets": "run",
    "manage.staff": "run",
    "manage.take_in_queue": "enter",
    "manage.unsent": "enter",
    "manage.wave": "enter",
    "manage.waves": "enter",
    "results.table": "read",
    "results.unit": "read",
    "results.wave": "read",
    "results.waves": "read",
    "results.workbook": "read",
}
