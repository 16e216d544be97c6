"""A citizen answers SIPAS-2023 in Vietnamese in a browser, and the next scoring counts her."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from app.queries.waves import get_wave
from app.services import fieldwork, releasing, responding, snapshots
from surveys.loading import load, shipped
from tests.factories import make_open_wave, submission

pytestmark = pytest.mark.browser

SIPAS = load(shipped()["sipas-2023-1"])
RATED = [f"q{number:02}" for number in range(1, 40)]
OTHERS = 30


def test_the_answer_is_counted_in_the_next_scoring(site, open_page):
    with site.app.app_context():
        _wave, (link,) = make_open_wave(asked=SIPAS)
        # Thirty people before her: all dissatisfied with everything.
        responding.submit_many(
            submission(link, instrument_code="sipas-2023", answers=dict.fromkeys(RATED, "2"))
            for _ in range(OTHERS)
        )
        address = f"{site.address}/r/{link.code}?lang=vi"

    with open_page() as page:
        page.goto(address)
        for code in RATED:
            page.locator(f"#item-{code}").get_by_label("Rất hài lòng", exact=True).check()
        page.get_by_role("button", name="Gửi câu trả lời").click()
        page.wait_for_selector(".receipt")

    with site.app.app_context():
        wave = get_wave("citizens", "2026")
        fieldwork.close_wave(wave)
        snapshots.freeze(wave, now=datetime.now(UTC) + timedelta(days=8))
        made = releasing.release(wave, published_on=date(2026, 12, 1), language="vi")
        document = json.loads((releasing.folder_of(made) / releasing.RESULTS).read_text(encoding="utf-8"))

    assert document["counts"]["rows_read"] == OTHERS + 1
    whole = {
        one["node"]: one
        for one in document["estimates"]
        if one["domain"] is None and one["measure"] == "top_box"
    }
    for node in ("q01", "q39", "sipas", "sipas.policy", "sipas.services.access"):
        assert whole[node]["n"] == OTHERS + 1
        assert whole[node]["value"] == pytest.approx(100 / (OTHERS + 1), rel=1e-11)
