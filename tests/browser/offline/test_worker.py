"""The kiosk's pages without a network, and how a tablet goes over to a new release."""

from __future__ import annotations

import shutil

import pytest

from app import create_app
from tests.browser.offline.conftest import sheet, wait_for, wait_until_empty
from tests.browser.offline.kiosk import begin, choose, fill_in, finish, pair, start_button

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("answers", [100, pytest.param(500, marks=pytest.mark.study)])
def test_answers_without_a_network_and_two_killed_browsers_arrive_once(https_site, tablet, answers):
    collector = https_site.collector()
    page = pair(https_site, tablet.start(), collector)
    https_site.kill()
    page.reload()
    sheets = [sheet(collector, number) for number in range(answers - 3)]
    kept = set()
    for round_ in range(3):
        if round_:
            # In the middle of keeping: what was said to be kept is, and the next citizen begins anew.
            tablet.kill()
            page = tablet.start()
            # From the home screen: the pairing page, which leads on to the kiosk.
            page.goto(f"{https_site.address}/k/")
            page.wait_for_url(f"**/k/{collector}")
        fill_in(page, f"Góp ý {round_}")
        page.expose_function("tell", lambda kept_id: kept.add(kept_id))
        page.evaluate(
            """async (sheets) => {
              const { openQueue } = await import("/static/kiosk/queue.js");
              window.queue = await openQueue();
              (async () => { for (const one of sheets) { await queue.put(one); await tell(one.id); } })();
            }""",
            [one for one in sheets if one["id"] not in kept],
        )
        while len(kept) < (answers * 3 // 10, answers * 6 // 10, answers - 3)[round_]:
            page.wait_for_timeout(20)
    assert page.evaluate("queue.size()") == answers
    # Styled, not bare: what the page loads is there too.
    assert page.evaluate("[...document.styleSheets].every((style) => style.cssRules.length > 10)")
    other = tablet.page()
    other.goto(f"{https_site.address}/k/neverseen")
    assert "Không có mạng" in other.locator("h1").first.inner_text()
    other.close()
    https_site.start()
    # A tab that comes into sight, and a browser that hears of a network, try at once; so does this.
    page.evaluate("queue.flush()")
    wait_until_empty(page)
    rows = https_site.rows(collector)
    found = [row.response_id for row in rows]
    assert len(found) == answers
    assert {one["id"] for one in sheets} < set(found)
    assert {f"Góp ý {round_}" for round_ in range(3)} < {row.answers["words"] for row in rows}


def test_a_citizen_finishes_in_the_old_release_and_the_next_begins_in_the_new(https_site, tablet, tmp_path):
    collector = https_site.collector()
    page = pair(https_site, tablet.start(), collector)
    https_site.kill()
    changed = tmp_path / "static"
    shutil.copytree(create_app({"INSTANCE_PATH": https_site.instance}).static_folder, changed)
    with (changed / "kiosk" / "kiosk.js").open("a") as file:
        file.write('\nroot.dataset.release = "new";\n')
    try:
        https_site.start(static=changed)
        begin(page)
        choose(page, "Có")
        page.evaluate("navigator.serviceWorker.getRegistration().then((found) => found.update())")
        wait_for(page, "navigator.serviceWorker.getRegistration().then((found) => found.waiting !== null)")
        # In the middle of a citizen nothing happens.
        assert page.get_by_role("group", name="Chỗ ngồi").is_visible()
        assert page.evaluate("document.documentElement.dataset.release") is None
        finish(page, "Phiếu cũ")
        wait_for(page, "document.documentElement.dataset.release === 'new'")
        start_button(page).wait_for()
        # All of it is the new release, offline too.
        https_site.kill()
        page.reload()
        wait_for(page, "document.documentElement.dataset.release === 'new'")
    finally:
        https_site.kill()


def test_answers_that_wait_behind_a_closed_survey_are_still_sent(https_site, tablet):
    collector = https_site.collector()
    page = pair(https_site, tablet.start(), collector)
    tablet.context.set_offline(True)
    fill_in(page, "Trước khi đóng")
    tablet.kill()
    https_site.close_wave_of(collector)
    page = tablet.start()
    page.goto(f"{https_site.address}/k/{collector}")
    page.get_by_role("heading", name="Cuộc khảo sát đã kết thúc").wait_for()
    while not https_site.rows(collector):
        page.wait_for_timeout(50)
    (row,) = https_site.rows(collector)
    assert row.answers["words"] == "Trước khi đóng"
