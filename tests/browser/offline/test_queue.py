"""The queue of a tablet: an answer that it kept arrives, and arrives once."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import time
from urllib.request import Request, urlopen

import pytest
from sqlalchemy import select

from app.extensions import db
from app.models import Collector
from app.services import devices, queue_files
from tests.browser.offline.conftest import HAILONG, put, sheet, wait_for, wait_until_empty

pytestmark = pytest.mark.browser

RESPONSES = "**/r/*/responses"


def ids(sheets):
    return sorted(one["id"] for one in sheets)


def stored(site, collector):
    return sorted(row.response_id for row in site.rows(collector))


def forward(site, route):
    """Send the request on to the real server; its status."""
    request = Request(route.request.url, route.request.post_data_buffer, {"Content-Type": "application/json"})
    trusting = ssl.create_default_context(cadata=site.authority.certificate)
    with urlopen(request, timeout=20, context=trusting) as reply:
        return reply.status


def test_ten_sends_at_once_are_one_row(https_site, tab):
    collector = https_site.collector()
    submission = sheet(collector)
    del submission["collector"]
    statuses = tab().evaluate(
        """([address, submission]) => Promise.all(Array.from({ length: 10 }, async () => {
          const headers = { "Content-Type": "application/json" };
          const reply = await fetch(address, { method: "POST", headers, body: JSON.stringify(submission) });
          return reply.status;
        }))""",
        [f"/r/{collector}/responses", submission],
    )
    assert sorted(statuses) == [200] * 9 + [201]
    assert stored(https_site, collector) == [submission["id"]]


def test_a_lost_acknowledgement_does_not_double_an_answer(https_site, tab):
    collector = https_site.collector()
    page, seen = tab(), []

    def lose(route):
        seen.append(forward(https_site, route))
        route.fulfill(status=503, body="")

    page.route(RESPONSES, lose)
    one = sheet(collector)
    assert put(page, [one]) == ["kept"]
    page.evaluate("queue.flush()")
    assert seen == [201]
    assert page.evaluate("queue.size()") == 1
    page.unroute(RESPONSES)
    page.evaluate("queue.flush()")
    assert page.evaluate("queue.size()") == 0
    assert stored(https_site, collector) == [one["id"]]


def test_a_server_that_dies_while_receiving_gets_every_answer_once(https_site, tab):
    collector = https_site.collector()
    page, sheets = tab(), [sheet(collector, number) for number in range(60)]
    put(page, sheets)
    page.evaluate("void queue.flush()")
    deadline = time.monotonic() + 20
    while len(https_site.rows(collector)) < 5:
        assert time.monotonic() < deadline
    https_site.kill()
    assert page.evaluate("queue.size()") > 0, "it died too late to show anything"
    https_site.start()
    # Nobody presses a button: the queue tries again by itself.
    wait_until_empty(page)
    assert stored(https_site, collector) == ids(sheets)


def test_two_tabs_never_send_the_same_answer_twice(https_site, tab):
    collector = https_site.collector()
    first, second = tab(), tab()
    sheets = [sheet(collector, number) for number in range(20)]
    put(first, sheets)
    sent = []
    for page in (first, second):
        page.on(
            "request", lambda request: request.method == "POST" and sent.append(request.post_data_json["id"])
        )
    first.evaluate("void queue.flush()")
    second.evaluate("void queue.flush()")
    wait_until_empty(second)
    assert sorted(sent) == ids(sheets)
    assert stored(https_site, collector) == ids(sheets)


def test_a_revoked_tablet_still_delivers_and_is_flagged(https_site, tab):
    collector = https_site.collector()
    with https_site.app.app_context():
        link = db.session.scalars(select(Collector).where(Collector.code == collector)).one()
        device, code = devices.add_device(link, "Desk 1", language="vi", exit_code="2468")
        token = devices.pair(code).token
        devices.revoke_device(device)
    page = tab()
    put(page, [sheet(collector, device=token)])
    page.evaluate("queue.flush()")
    assert page.evaluate("queue.size()") == 0
    (row,) = https_site.rows(collector)
    assert row.device_token == devices.token_hash(token)
    assert "unknown_device" in row.flags


def test_a_full_disk_sends_at_once_or_says_that_nothing_is_kept(https_site, tab):
    collector = https_site.collector()
    page = tab()
    chrome = page.context.new_cdp_session(page)
    quota = {"origin": https_site.address, "quotaSize": 1}
    chrome.send("Storage.overrideQuotaForOrigin", quota)
    one, other = sheet(collector), sheet(collector)
    assert put(page, [one]) == ["sent"]
    assert stored(https_site, collector) == [one["id"]]
    page.context.set_offline(True)
    assert page.evaluate("(one) => queue.put(one).catch((problem) => problem.code)", other) == "full"
    page.context.set_offline(False)
    assert page.evaluate("queue.size()") == 0
    # The citizen's screen is still there, and trying again with room does what it says.
    chrome.send("Storage.overrideQuotaForOrigin", {"origin": https_site.address})
    assert put(page, [other]) == ["kept"]
    page.evaluate("queue.flush()")
    assert stored(https_site, collector) == ids([one, other])


def test_a_refused_answer_is_kept_aside_with_its_sentence_and_holds_up_no_other(https_site, tab):
    collector = https_site.collector()
    page = tab()
    wrong, right = sheet("notyetthere"), sheet(collector)
    put(page, [wrong, right])
    page.evaluate("queue.flush()")
    (entry,) = page.evaluate("queue.all()")
    assert (entry["id"], entry["state"], entry["status"]) == (wrong["id"], "refused", 404)
    assert "liên kết" in entry["problem"] or "đường dẫn" in entry["problem"].lower()
    assert stored(https_site, collector) == [right["id"]]
    # It is not sent again by itself; after the office has mended the reason, staff may.
    page.evaluate("queue.flush()")
    standing = page.evaluate("queue.standing()")
    assert (standing["size"], standing["waiting"], standing["refused"]) == (1, 0, 1)
    late = https_site.collector()
    with https_site.app.app_context():
        db.session.scalars(select(Collector).where(Collector.code == late)).one().code = "notyetthere"
        db.session.commit()
    page.evaluate("queue.retryRefused()")
    assert page.evaluate("queue.size()") == 0
    assert stored(https_site, "notyetthere") == [wrong["id"]]


@pytest.mark.parametrize(
    ("kind", "body"), [("text/html", "<h1>Guest network: sign in</h1>"), ("application/json", '{"ok": true}')]
)
@pytest.mark.parametrize("status", [200, 403, 404])
def test_a_stranger_that_answers_in_place_of_the_server_acknowledges_nothing(tab, kind, body, status):
    page = tab()
    page.route(RESPONSES, lambda route: route.fulfill(status=status, content_type=kind, body=body))
    put(page, [sheet("anywhere")])
    page.evaluate("queue.flush()")
    (entry,) = page.evaluate("queue.all()")
    assert entry["state"] == "waiting"
    assert page.evaluate("queue.standing()")["reached"] is False


def test_an_answer_over_which_the_server_stumbles_holds_up_no_other(https_site, tab):
    collector = https_site.collector()
    page = tab()
    stone, others = sheet(collector), [sheet(collector, number) for number in range(5)]

    def stumble(route):
        if route.request.post_data_json["id"] == stone["id"]:
            route.fulfill(status=500, body="")
        else:
            route.continue_()

    page.route(RESPONSES, stumble)
    put(page, [stone, *others])
    page.evaluate("queue.flush()")
    assert stored(https_site, collector) == ids(others)
    assert [entry["id"] for entry in page.evaluate("queue.all()")] == [stone["id"]]


def test_a_put_that_comes_twice_is_kept_once(tab):
    page = tab()
    page.context.set_offline(True)
    one = sheet("anywhere")
    put(page, [one, one])
    assert page.evaluate("queue.size()") == 1


def test_every_tab_is_told_of_every_change(https_site, tab):
    collector = https_site.collector()
    first, second = tab(), tab()
    second.evaluate("void (window.told = [], queue.onChange((standing) => told.push(standing.size)))")
    put(first, [sheet(collector), sheet(collector)])
    wait_for(second, "told.at(-1) === 2")
    first.evaluate("queue.flush()")
    wait_for(second, "told.at(-1) === 0")


def test_the_exported_file_is_taken_in_once_and_the_tablet_may_send_as_well(https_site, tab, tmp_path):
    collector = https_site.collector()
    page = tab()
    page.evaluate(
        "import('/static/kiosk/queue_export.js').then((module) => void (window.exporting = module))"
    )
    page.context.set_offline(True)
    sheets = [sheet(collector, number, device="a token of this tablet") for number in range(4)]
    put(page, sheets)
    with page.expect_download() as download:
        page.evaluate("exporting.downloadQueue(queue)")
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    assert "a token of this tablet" not in path.read_text()
    assert len(json.loads(path.read_text())["entries"]) == 4

    environment = {**os.environ, "HAILONG_INSTANCE": str(https_site.instance), "DATABASE_URL": https_site.url}
    command = [HAILONG, "import-queue", path]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "4 new, 0 known already, 0 not stored.\n")
    with https_site.app.app_context():
        again = queue_files.import_queue(path.read_bytes())
    assert (again.stored, again.already) == (0, 4)
    page.context.set_offline(False)
    page.evaluate("queue.flush()")
    assert page.evaluate("queue.size()") == 0
    rows = https_site.rows(collector)
    assert sorted(row.response_id for row in rows) == ids(sheets)
    assert {row.device_token for row in rows} == {devices.token_hash("a token of this tablet")}
