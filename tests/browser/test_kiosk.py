"""One tablet at a counter: paired once, then citizens one after another, none of whom sees the one before."""

from __future__ import annotations

import pytest

from app.extensions import db
from app.models import Device
from app.services import devices, responding
from tests.browser.conftest import TABLET
from tests.browser.kiosk import (
    EXIT_CODE,
    as_one_page,
    begin,
    choose,
    make_kiosk,
    press,
    screen,
    shown,
    wait_for,
    wait_for_screen,
    wait_until_sent,
)
from tests.pages import read_page
from tests.respond.instruments import RATING, YES_NO, every_type, item, made_of, section

pytestmark = pytest.mark.browser


def short(**keys):
    """Two choices and words: the least that has a way forward and back."""
    return made_of(
        section("all", item("one", options=RATING), item("two", options=YES_NO), item("words", type="text")),
        **keys,
    )


def answer_all(page, words="rất tốt"):
    """Fill `short` and send it."""
    begin(page)
    choose(page, "one", "Tốt")
    wait_for(page, "two")
    choose(page, "two", "Có")
    wait_for(page, "words")
    page.locator("#item-words textarea").fill(words)
    press(page, "next")
    wait_for_screen(page, "thanks")


def silence(page):
    """Answers find nobody who takes them, as behind a proxy that is in the way."""
    page.route("**/responses", lambda route: route.fulfill(status=429, body="later"))


def test_a_tablet_is_paired_by_a_code_and_finds_its_kiosk_again(site, open_page):
    kiosk = make_kiosk(site, asked=short())
    with open_page(viewport=TABLET) as page:
        page.goto(f"{site.address}/k/?lang=vi")
        page.get_by_label("Mã ghép nối").fill("WRONG-CODE")
        page.get_by_role("button", name="Ghép nối").click()
        page.get_by_text("Mã này không đúng hoặc đã hết hạn").wait_for()
        kiosk.pair(page)
        read_page(as_one_page(page))
        assert page.url == f"{site.address}/k/{kiosk.link}"
        token = page.evaluate("JSON.parse(localStorage['hailong-kiosk']).token")
        assert len(token) >= 43

        page.goto(f"{site.address}/k/")
        page.wait_for_selector("[data-do=begin]")
        assert page.url == f"{site.address}/k/{kiosk.link}"
    assert kiosk.device().token_hash == devices.token_hash(token)


def test_a_stranger_at_the_kiosks_address_is_led_to_the_pairing(site, open_page):
    kiosk = make_kiosk(site, asked=short())
    with open_page() as page:
        page.goto(f"{site.address}/k/{kiosk.link}")
        page.wait_for_selector("#pairing")
        assert page.url == f"{site.address}/k/"


def test_a_citizen_answers_and_gets_the_receipt_of_what_is_stored(site, open_page):
    kiosk = make_kiosk(site, asked=short())
    with open_page(viewport=TABLET) as page:
        kiosk.pair(page)
        answer_all(page)
        receipt = page.locator("[data-receipt]").inner_text()
        read_page(as_one_page(page))
        wait_until_sent(page)
        press(page, "finish")
        wait_for_screen(page, "start")

    (response,) = site.responses()
    assert response.answers == {"one": "2", "two": "yes", "words": "rất tốt"}
    assert response.receipt == receipt == responding.receipt(response.response_id)
    assert response.mode == "kiosk"
    assert response.device_token == kiosk.device().token_hash
    assert response.language == "vi"
    assert response.started_at <= response.submitted_at


def test_of_two_citizens_the_second_never_sees_the_first(site, open_page):
    kiosk = make_kiosk(site, asked=short())
    seen_nowhere = "con tôi tên là Tí"

    def nothing_of_the_first():
        page.wait_for_selector("[data-do=begin]:visible")
        assert page.locator("input:checked").count() == 0
        filled = page.evaluate("[...document.querySelectorAll('textarea')].some(e => e.value)")
        assert not filled
        assert seen_nowhere not in page.content()

    with open_page(viewport=TABLET) as page:
        kiosk.pair(page)
        answer_all(page, seen_nowhere)
        nothing_behind = page.evaluate("[...document.querySelectorAll('textarea')].every(e => !e.value)")
        assert nothing_behind, "The form behind the thanks still holds the answers."
        wait_until_sent(page)
        press(page, "finish")
        nothing_of_the_first()
        for step in (page.go_back, page.go_forward, page.reload, page.go_back, page.go_back, page.go_forward):
            step()
            if "/k/" not in page.url:
                page.goto(f"{site.address}/k/")
            nothing_of_the_first()
        begin(page)
        nothing = page.evaluate("[...document.querySelectorAll('input:checked')].length")
        assert nothing == 0
        assert shown(page) == "one"

    assert len(site.responses()) == 1


@pytest.mark.parametrize("leave", ["reload", "away and back", "back"])
def test_answers_that_were_not_sent_are_gone_with_the_page(site, open_page, leave):
    kiosk = make_kiosk(site, asked=short())
    with open_page(viewport=TABLET) as page:
        kiosk.pair(page)
        begin(page)
        choose(page, "one", "Tốt")
        wait_for(page, "two")
        choose(page, "two", "Có")
        wait_for(page, "words")
        page.locator("#item-words textarea").fill("chỉ mình tôi biết")
        if leave == "reload":
            page.reload()
        elif leave == "away and back":
            page.goto(f"{site.address}/sign-in")
            page.go_back()
        else:
            page.evaluate("void setTimeout(() => history.go(-2))")
            page.wait_for_timeout(500)
            page.goto(f"{site.address}/k/")
        page.wait_for_selector("[data-do=begin]:visible")
        assert "chỉ mình tôi biết" not in page.content()
        begin(page)
        assert page.locator("input:checked").count() == 0
        assert page.evaluate("document.querySelector('#item-words textarea').value") == ""
    assert site.responses() == []


def test_the_browsers_back_goes_one_question_back_and_stays_in_the_kiosk(site, open_page):
    kiosk = make_kiosk(site, asked=short())
    with open_page(viewport=TABLET) as page:
        kiosk.pair(page)
        begin(page)
        choose(page, "one", "Tốt")
        wait_for(page, "two")
        page.go_back()
        wait_for(page, "one")
        page.go_back()
        assert shown(page) == "one"
        assert page.url == f"{site.address}/k/{kiosk.link}"


def test_a_choice_leads_on_and_back_takes_it_back(site, open_page):
    kiosk = make_kiosk(site, asked=short())
    with open_page(viewport=TABLET) as page:
        kiosk.pair(page)
        begin(page)
        assert page.locator("[data-do=back]").is_hidden()
        choose(page, "one", "Kém")
        wait_for(page, "two")
        press(page, "back")
        wait_for(page, "one")
        assert page.locator("#item-one").get_by_label("Kém").is_checked()
        # The same choice again leads on too, and another one replaces it.
        choose(page, "one", "Kém")
        wait_for(page, "two")
        press(page, "back")
        wait_for(page, "one")
        choose(page, "one", "Tốt")
        wait_for(page, "two")
        press(page, "skip")
        wait_for(page, "words")
        # The last question does not send itself.
        press(page, "next")
        wait_for_screen(page, "thanks")
        wait_until_sent(page)
    assert site.responses()[0].answers == {"one": "2"}


# What a tap here would hit when the next question has just come, and what it hits a moment later.
HIT = """async ([x, y]) => {
  const hit = () => document.elementFromPoint(x, y)?.closest(".item")?.dataset.code ?? null;
  while (!document.querySelector("#item-two").checkVisibility()) await new Promise(requestAnimationFrame);
  const first = hit();
  await new Promise((done) => setTimeout(done, 500));
  return [first, hit()];
}"""


def test_a_quick_second_tap_does_not_answer_the_next_question(site, open_page):
    kiosk = make_kiosk(site, asked=short())
    with open_page(viewport=TABLET) as page:
        kiosk.pair(page)
        begin(page)
        page.wait_for_timeout(350)
        box = page.locator("#item-one").get_by_label("Tốt").bounding_box()
        x, y = box["x"] + 4, box["y"] + 4
        page.mouse.click(x, y)
        assert page.evaluate(HIT, [x, y]) == [None, "two"]


def test_leaving_out_takes_the_answer_away_and_a_required_one_cannot_be(site, open_page):
    questions = (
        item("must", options=YES_NO, required=True),
        item("may", options=YES_NO),
        item("end", options=YES_NO),
    )
    kiosk = make_kiosk(site, asked=made_of(section("all", *questions)))
    with open_page(viewport=TABLET) as page:
        kiosk.pair(page)
        begin(page)
        assert page.locator("[data-do=skip]").is_hidden()
        press(page, "next")
        assert "Xin chọn một câu trả lời" in page.locator("#error-must").inner_text()
        assert page.evaluate("document.activeElement.name") == "must"
        read_page(as_one_page(page))
        choose(page, "must", "Có")
        wait_for(page, "may")
        choose(page, "may", "Không")
        wait_for(page, "end")
        press(page, "back")
        wait_for(page, "may")
        press(page, "skip")
        wait_for(page, "end")
        press(page, "next")
        wait_for_screen(page, "thanks")
        wait_until_sent(page)
    assert site.responses()[0].answers == {"must": "yes"}


def test_routing_leads_past_what_does_not_apply_and_tells_what_falls_away(site, open_page):
    kiosk = make_kiosk(site)
    with open_page(viewport=TABLET) as page:
        kiosk.pair(page)
        begin(page)
        choose(page, "visited", "Có")
        wait_for(page, "seats")
        choose(page, "seats", "Bình thường")
        wait_for(page, "polite")
        press(page, "back")
        wait_for(page, "seats")
        press(page, "back")
        wait_for(page, "visited")
        choose(page, "visited", "Không")
        notice = page.locator(".notice:visible")
        notice.wait_for()
        assert "Chỗ ngồi" in notice.inner_text()
        page.wait_for_timeout(700)
        assert shown(page) == "visited", "They could not read the notice."
        press(page, "next")
        wait_for(page, "polite")
        while not page.get_by_role("button", name="Gửi câu trả lời").is_visible():
            press(page, "skip")
        press(page, "next")
        wait_for_screen(page, "thanks")
        wait_until_sent(page)
    assert site.responses()[0].answers == {"visited": "no"}


def test_the_language_changes_on_any_screen_and_the_answers_stay(site, open_page):
    kiosk = make_kiosk(site, asked=short())
    with open_page(viewport=TABLET) as page:
        kiosk.pair(page)
        begin(page)
        choose(page, "one", "Tốt")
        wait_for(page, "two")
        press(page, "skip")
        wait_for(page, "words")
        page.locator("#item-words textarea").fill("giữ lại")
        page.get_by_role("button", name="English").click()
        wait_for(page, "words")
        assert page.locator("html").get_attribute("lang") == "en"
        assert page.locator("html").get_attribute("dir") == "ltr"
        assert page.title() == "Trial form"
        assert page.locator("#item-words textarea").input_value() == "giữ lại"
        assert page.get_by_text("Question words?").is_visible()
        read_page(as_one_page(page))
        press(page, "back")
        press(page, "back")
        wait_for(page, "one")
        assert page.locator("#item-one").get_by_label("Good").is_checked()
        while not page.get_by_role("button", name="Send my answers").is_visible():
            press(page, "next")
        press(page, "next")
        wait_for_screen(page, "thanks")
        receipt = page.locator("[data-receipt]").inner_text()
        page.get_by_role("button", name="Tiếng Việt").click()
        page.get_by_role("heading", name="Xin cảm ơn").wait_for()
        assert page.locator("[data-receipt]").inner_text() == receipt
        wait_until_sent(page)
        press(page, "finish")
        wait_for_screen(page, "start")
        assert page.locator("html").get_attribute("lang") == "vi"
    (response,) = site.responses()
    assert response.answers == {"one": "2", "words": "giữ lại"}
    assert response.language == "en"


def test_an_idle_citizen_is_warned_for_20_seconds_and_then_forgotten(site, open_page):
    kiosk = make_kiosk(site, asked=short(), idle_seconds=30)
    with open_page(viewport=TABLET) as page:
        page.clock.install()
        kiosk.pair(page)
        begin(page)
        page.clock.run_for(500)
        choose(page, "one", "Tốt")
        page.clock.run_for(1000)
        wait_for(page, "two")
        page.clock.run_for(27_000)
        assert page.locator("#idle").is_hidden()
        page.clock.run_for(4_000)
        warning = page.get_by_role("dialog", name="Ông/Bà còn ở đó không?")
        assert warning.is_visible()
        assert page.evaluate("document.activeElement.dataset.do") == "stay"
        read_page(as_one_page(page))

        page.get_by_role("button", name="Tôi vẫn ở đây").click()
        assert warning.is_hidden()
        assert shown(page) == "two"
        page.clock.run_for(29_000)
        assert warning.is_hidden()

        page.clock.run_for(19_000)
        assert warning.is_visible(), "It must stand for 20 seconds."
        assert page.get_by_text("Chỉ còn 10 giây.").count() == 1
        page.clock.run_for(4_000)
        assert screen(page) == "start"
        assert warning.is_hidden()
        assert page.locator("input:checked").count() == 0
    assert site.responses() == []


def test_a_tablet_that_slept_begins_anew(site, open_page):
    kiosk = make_kiosk(site, asked=short(), idle_seconds=30)
    with open_page(viewport=TABLET) as page:
        page.clock.install()
        kiosk.pair(page)
        begin(page)
        page.clock.fast_forward(3_600_000)
        page.clock.run_for(1000)
        assert screen(page) == "start"


def test_the_thanks_leave_by_themselves(site, open_page):
    kiosk = make_kiosk(site, asked=made_of(section("all", item("one", options=RATING))))
    with open_page(viewport=TABLET) as page:
        page.clock.install()
        kiosk.pair(page)
        begin(page)
        page.clock.run_for(500)
        page.locator("#item-one").get_by_label("Tốt").click()
        press(page, "next")
        wait_for_screen(page, "thanks")
        page.clock.run_for(19_000)
        assert screen(page) == "thanks"
        page.clock.run_for(2_000)
        assert screen(page) == "start"


def test_start_again_asks_and_erases(site, open_page):
    kiosk = make_kiosk(site, asked=short())
    with open_page(viewport=TABLET) as page:
        kiosk.pair(page)
        assert page.locator("[data-do=again]").is_hidden()
        begin(page)
        choose(page, "one", "Tốt")
        wait_for(page, "two")
        press(page, "again")
        page.get_by_role("button", name="Không, làm tiếp").click()
        assert shown(page) == "two"
        press(page, "again")
        page.get_by_role("button", name="Có, xóa đi").click()
        wait_for_screen(page, "start")
        assert page.locator("input:checked").count() == 0


def test_the_keyboard_is_enough(site, open_page):
    """Arrows choose without being carried off; Enter goes on, everywhere."""
    kiosk = make_kiosk(site, asked=short())
    with open_page(viewport=TABLET) as page:
        kiosk.pair(page)

        def tab_to(test):
            for _ in range(40):
                if page.evaluate(test):
                    return
                page.keyboard.press("Tab")
            raise AssertionError(f"The keyboard never came to {test}")

        tab_to("document.activeElement.dataset?.do === 'begin'")
        page.keyboard.press("Enter")
        wait_for(page, "one")
        assert page.evaluate("document.activeElement.id") == "item-one"
        page.keyboard.press("Tab")
        page.keyboard.press("ArrowDown")
        page.wait_for_timeout(700)
        assert shown(page) == "one", "An arrow carried them off."
        page.keyboard.press("Enter")
        wait_for(page, "two")
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        page.wait_for_timeout(700)
        assert shown(page) == "two"
        page.keyboard.press("Enter")
        wait_for(page, "words")
        page.keyboard.press("Tab")
        page.keyboard.type("bằng phím")
        tab_to("document.activeElement.dataset?.do === 'next'")
        page.keyboard.press("Enter")
        wait_for_screen(page, "thanks")
        tab_to("document.activeElement.dataset?.do === 'finish'")
        wait_until_sent(page)
        page.keyboard.press("Enter")
        wait_for_screen(page, "start")
    assert site.responses()[0].answers == {"one": "2", "two": "yes", "words": "bằng phím"}


def test_what_the_server_would_refuse_is_said_on_its_screen(site, open_page):
    kiosk = make_kiosk(site, asked=every_type())
    with open_page(viewport=TABLET) as page:
        kiosk.pair(page)
        begin(page)
        choose(page, "choice", "Tốt")
        wait_for(page, "multi")
        for label in ("Kém", "Không áp dụng"):
            choose(page, "multi", label)
        press(page, "next")
        assert "Không áp dụng" in page.locator("#error-multi").inner_text()
        choose(page, "multi", "Không áp dụng")
        assert page.locator("#error-multi").count() == 0
        for label in ("Tốt", "Chín"):
            choose(page, "multi", label)
        press(page, "next")
        assert "2" in page.locator("#error-multi").inner_text()
        choose(page, "multi", "Chín")
        press(page, "next")
        wait_for(page, "text")
        page.locator("#item-text textarea").press_sequentially("a" * 25)
        assert len(page.locator("#item-text textarea").input_value()) == 20
        press(page, "next")
        wait_for(page, "number")
        number = page.locator("#item-number input")
        for wrong in ("mười", "1.000", "11", "10,5", "-9999999999999999", "--1", "1e3"):
            number.fill(wrong)
            press(page, "next")
            assert page.locator("#error-number").is_visible(), wrong
            assert shown(page) == "number"
        read_page(as_one_page(page))
        number.fill("9,5")
        press(page, "next")
        wait_for(page, "day")
        day = page.locator("#item-day input")
        day.fill("1066-10-14")
        press(page, "next")
        assert page.locator("#error-day").is_visible()
        day.fill("2026-03-05")
        press(page, "next")
        wait_for_screen(page, "thanks")
        wait_until_sent(page)
    assert site.responses()[0].answers == {
        "choice": "2",
        "multi": ["1", "2"],
        "text": "a" * 20,
        "number": "9.5",
        "day": "2026-03-05",
    }


def test_larger_text_is_this_citizens_alone(site, open_page):
    kiosk = make_kiosk(site, asked=short())
    with open_page(viewport=TABLET) as page:
        kiosk.pair(page)
        size = "parseFloat(getComputedStyle(document.querySelector('.start p')).fontSize)"
        before = page.evaluate(size)
        button = page.get_by_role("button", name="Chữ to hơn")
        button.click()
        assert button.get_attribute("aria-pressed") == "true"
        assert page.evaluate(size) >= 1.25 * before
        answer_all(page)
        assert page.locator("html.large").count() == 1
        press(page, "finish")
        wait_for_screen(page, "start")
        assert page.locator("html.large").count() == 0
        assert button.get_attribute("aria-pressed") == "false"
        assert page.evaluate(size) == before


def test_the_staff_code_opens_the_tablets_figures_and_asks_no_server(site, open_page):
    kiosk = make_kiosk(site, asked=short())
    with open_page(viewport=TABLET) as page:
        kiosk.pair(page)
        silence(page)
        answer_all(page)
        press(page, "finish")
        wait_for_screen(page, "start")
        asked = []
        page.on("request", lambda got: asked.append(got.url))
        press(page, "staff")
        dialog = page.get_by_role("dialog", name="Dành cho cán bộ")
        code = dialog.get_by_label("Mã cán bộ")
        for _ in range(4):
            code.fill("1357")
            page.keyboard.press("Enter")
            dialog.get_by_text("Mã không đúng").wait_for()
        assert page.locator("[data-panel]").is_hidden()
        code.fill(EXIT_CODE)
        page.keyboard.press("Enter")
        page.locator("[data-panel]").wait_for()
        # The queue goes on trying by itself; the code went nowhere.
        assert [url for url in asked if not url.endswith("/responses")] == []
        page.wait_for_function("() => document.querySelector('[data-fact=waiting]').textContent === '1'")
        press(page, "unpair")
        page.get_by_text("Trước hết hãy gửi hoặc xuất").wait_for()
        read_page(as_one_page(page))
        page.unroute("**/responses")
        press(page, "flush")
        page.wait_for_function("() => document.querySelector('[data-fact=waiting]').textContent === '0'")
        press(page, "unpair")
        page.wait_for_selector("#pairing")
        assert page.evaluate("localStorage['hailong-kiosk']") is None
    assert len(site.responses()) == 1


def test_wrong_staff_codes_make_one_wait(site, open_page):
    kiosk = make_kiosk(site, asked=short())
    with open_page(viewport=TABLET) as page:
        kiosk.pair(page)
        press(page, "staff")
        code = page.get_by_label("Mã cán bộ")
        for _ in range(5):
            code.fill("1357")
            page.keyboard.press("Enter")
            page.wait_for_function("() => document.getElementById('error-staff-code').textContent")
        page.get_by_text("Đã thử quá nhiều lần").wait_for()
        code.fill(EXIT_CODE)
        page.keyboard.press("Enter")
        page.wait_for_timeout(300)
        assert page.locator("[data-panel]").is_hidden()


def test_the_square_leads_a_phone_to_the_same_place(site, open_page):
    kiosk = make_kiosk(site, asked=short(), phone=True)
    with open_page(viewport=TABLET) as page:
        kiosk.pair(page)
        press(page, "phone")
        dialog = page.get_by_role("dialog", name="Dùng điện thoại của tôi")
        address = dialog.locator(".address").inner_text()
        assert dialog.locator("svg.square").is_visible()
        dialog.get_by_role("button", name="Đóng").click()
        assert dialog.is_hidden()
    with open_page() as phone:
        phone.goto(address)
        assert phone.get_by_text("Xã Bắc Một").is_visible()
        assert address != f"{site.address}/r/{kiosk.link}"


VOICES = """
window.spoken = [];
const voices = [{ lang: "vi_VN", name: "Mai" }];
Object.defineProperty(window, "speechSynthesis", { value: {
  getVoices: () => voices, addEventListener() {}, speaking: false, cancel() {}, speak: (said) => spoken.push(said),
} });
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
"""


def test_a_question_is_read_aloud_where_there_is_a_voice_of_its_language(site, open_page):
    kiosk = make_kiosk(site, asked=short())
    with open_page(viewport=TABLET) as page:
        page.add_init_script(VOICES)
        kiosk.pair(page)
        begin(page)
        press(page, "read")
        said = page.evaluate("spoken.map(each => each.text)")
        assert "Câu one?" in said
        assert {"Kém", "Tốt", "Không áp dụng"} <= set(said)
        assert "Câu two?" not in said
        assert page.evaluate("spoken.every(each => each.lang === 'vi')")
        page.get_by_role("button", name="English").click()
        assert page.locator("[data-do=read]").is_hidden()


def test_without_a_voice_there_is_no_button_for_it(site, open_page):
    kiosk = make_kiosk(site, asked=short())
    with open_page(viewport=TABLET) as page:
        page.add_init_script("Object.defineProperty(window, 'speechSynthesis', { value: undefined })")
        kiosk.pair(page)
        assert page.locator("[data-do=read]").is_hidden()
        answer_all(page)


def test_a_revoked_tablet_asks_nobody_any_more(site, open_page):
    kiosk = make_kiosk(site, asked=short())
    with open_page(viewport=TABLET) as page:
        page.clock.install()
        kiosk.pair(page)
        with site.app.app_context():
            devices.revoke_device(db.session.get_one(Device, kiosk.number))
        page.clock.run_for(61_000)
        wait_for_screen(page, "revoked")
        assert page.get_by_text("Máy tính bảng này đang ngừng sử dụng").is_visible()
        assert page.locator("[data-do=begin]").is_hidden()


def test_the_office_hears_how_many_answers_wait(site, open_page):
    kiosk = make_kiosk(site, asked=short())
    with open_page(viewport=TABLET) as page:
        silence(page)
        page.clock.install()
        kiosk.pair(page)
        begin(page)
        page.clock.run_for(400)
        choose(page, "one", "Tốt")
        page.clock.run_for(800)
        press(page, "skip")
        page.clock.run_for(400)
        press(page, "next")
        wait_for_screen(page, "thanks")
        with page.expect_response("**/k/seen"):
            page.clock.run_for(61_000)
        page.wait_for_timeout(200)
    device = kiosk.device()
    assert device.queue_length == 1
    assert device.queue_oldest_at is not None


def test_a_desk_with_slips_asks_for_the_code_first(site, open_page):
    kiosk = make_kiosk(site, asked=short(), slips=True)
    sent = []
    with open_page(viewport=TABLET) as page:
        page.on("request", lambda got: got.url.endswith("/responses") and sent.append(got.post_data_json))
        kiosk.pair(page)
        page.get_by_role("button", name="Bắt đầu").click()
        page.get_by_label("Mã trên phiếu nhận được").wait_for()
        page.get_by_role("button", name="Tiếp tục").click()
        page.get_by_text("Hãy nhập mã ghi trên mảnh giấy.").wait_for()
        page.get_by_label("Mã trên phiếu nhận được").fill("abcd-2345")
        page.keyboard.press("Enter")
        wait_for(page, "one")
        press(page, "skip")
        press(page, "skip")
        press(page, "next")
        wait_for_screen(page, "thanks")
        wait_until_sent(page)
    assert sent[0]["slip"] == "abcd-2345"


def test_the_kiosk_opens_and_asks_without_a_network(site, chromium):
    """Not by `open_page`: a browser without a network notes every request that failed as an error."""
    kiosk = make_kiosk(site, asked=short())
    context = chromium.new_context(viewport=TABLET, locale="vi-VN")
    page = context.new_page()
    kiosk.pair(page)
    page.evaluate("() => navigator.serviceWorker.ready.then(() => null)")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    context.set_offline(True)
    page.reload()
    page.wait_for_selector("[data-do=begin]:visible")
    answer_all(page, "không có mạng")
    receipt = page.locator("[data-receipt]").inner_text()
    page.goto(f"{site.address}/k/")
    page.wait_for_selector("[data-do=begin]:visible")
    assert site.responses() == []
    context.set_offline(False)
    wait_until_sent(page)
    context.close()
    (response,) = site.responses()
    assert (response.answers["words"], response.receipt) == ("không có mạng", receipt)
