"""axe-core finds nothing on any page of the application: a case for every address that a person can open.

One application with made-up data, one server, one browser. An address without a case fails the first test: write the
case, or name the address among those that are no page. What axe cannot see is in docs/accessibility.md.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from werkzeug.serving import make_server

from app import clock
from app.extensions import db, transaction
from app.queries.collectors import get_collector
from app.queries.users import find_user
from app.queries.waves import find_survey
from app.services import accounts, authority, devices, fieldwork, interviewers, jobs, paper, responding, slips
from app.services.approving import publish
from app.services.served import import_served
from app.services.staff import inviting
from app.services.targets import set_targets
from surveys.loading import SHIPPED
from tests.auth.person import EMAIL, PASSWORD
from tests.browser.conftest import PHONE, TABLET, _Quiet
from tests.browser.kiosk import begin, press, wait_for_screen
from tests.factories import TREE_DATE, make_collectors, make_wave, submission
from tests.respond.instruments import every_type, item, made_of, section, three_sections
from tests.results.conftest import make_office, release_wave
from tests.services.jobs import kinds
from tests.services.staff import released

assert kinds  # registers the kinds of long work

pytestmark = pytest.mark.browser

ROUTES = Path(__file__).parents[1] / "architecture" / "routes.txt"

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}

# No page of ours: a file, an answer for a program, or a way to a page that has a case.
NO_PAGES = {
    "GET /office/instruments/<code>/<int:version>/codebook.csv",
    "GET /office/agencies/list.csv",
    "GET /office/<survey>/<wave>/samples/sample.csv",
    "GET /office/<survey>/<wave>/links/links.csv",
    "GET /api/v1/openapi.json",
    "GET /admin/audit/audit.csv",
    "GET /authority.crt",
    "GET /health",
    "GET /jobs/<key>/files/<name>",
    "GET /jobs/<key>/state.json",
    "GET /k/manifest.webmanifest",
    "GET /k/sw.js",
    "GET /office/<survey>/<wave>/comments/codings.csv",
    "GET /office/<survey>/<wave>/print/form.pdf",
    "GET /office/<survey>/<wave>/print/posters.pdf",
    "GET /office/<survey>/<wave>/runs/<int:number>/<path:path>",
    "GET /results/<survey>/<wave>/agencies/<code>/scorecard.pdf",
    "GET /results/<survey>/<wave>/plans.csv",
    "GET /results/<survey>/<wave>/units/<agency>/table.json",
    "GET /public/<survey>/<wave>/workbooks/<stem>.xlsx",
    "GET /public/<survey>/<wave>/workbooks/<stem>.xlsx.sig",
    "GET /results/<survey>/<wave>/workbooks/<stem>.csv.zip",
    "GET /results/<survey>/<wave>/workbooks/<stem>.ods",
    "GET /results/<survey>/<wave>/workbooks/<stem>.xlsx",
    "GET /results/<survey>/<wave>/workbooks/<stem>.xlsx.sig",
    "GET /sign-in/provider",
    "GET /sign-in/provider/back",
    "GET /static/<path:filename>",
    "GET /verify/keys.json",
}

SURVEY = "/office/citizens/counter"
ID = "00000000-0000-4000-8000-000000000001"


@dataclass
class Place:
    """The running application, and what was made in it: links by name, the kiosk's pairing code, an invitation."""

    address: str
    links: dict[str, str]
    pairing: str
    invitation: str
    session: list = field(default_factory=list)


@pytest.fixture(scope="module")
def place(tmp_path_factory, migrated_file):
    """An office with a released wave, a wave at the counter, one in sections, and one of staff."""
    made = make_office(tmp_path_factory.mktemp("axe"), migrated_file)
    with made.app_context():
        publish(release_wave())
        authority.make(Path(made.instance_path) / authority.FOLDER, "Office", ["survey.test"], clock.now())
        links, pairing = _counter()
        links |= _jobs()
        invited = _staff()
    server = make_server("127.0.0.1", 0, made, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Place(
        f"http://127.0.0.1:{server.server_port}",
        links,
        pairing,
        f"/s/{invited.collector_code}?lang=vi#{invited.token}",
    )
    server.shutdown()
    thread.join()
    server.server_close()
    with made.app_context():
        db.engine.dispose()


def _counter():
    """The waves with links of every mode, answers, a tablet, an interviewer, targets and figures."""
    wave = make_wave("counter", asked=every_type())
    names = ("qr", "kiosk", "interviewer", "paper")
    links = {mode: make_collectors(wave, "north-1", mode=mode)[0] for mode in names}
    links["slips"] = make_collectors(wave, "south-1", mode="qr")[0]
    fieldwork.open_wave(wave)
    pages = make_wave("pages", asked=three_sections().model_copy(update={"code": "pages"}), layout="sections")
    links["sections"] = make_collectors(pages, "north-1")[0]
    links["rated"] = _rated()
    links["closed"] = make_collectors(pages, "north-1")[0]
    fieldwork.open_wave(pages)
    make_wave("drawn", wave_kind="probability")
    fieldwork.revoke_collector(links["closed"])
    slips.make_sheets(links["slips"])
    interviewers.add("L07", "Trần Thị Ỷ")
    with transaction():
        wave.double_entry = True
    now = clock.now()
    for link in ("qr", "kiosk"):
        responding.submit(
            submission(
                links[link],
                instrument_code="trial",
                answers={"choice": "2"},
                started_at=now,
                submitted_at=now,
                received_at=now,
            )
        )
    set_targets(wave, 5)
    import_served(b"agency,day,transactions,source\nnorth-1,2026-03-02,9,book\n")
    office = [
        accounts.create_user(f"{name}@office.vn", name, PASSWORD, role="administrator").id
        for name in ("minh", "hoa")
    ]
    for user, choice in zip(office, ("1", "2"), strict=True):
        raw = {"choice": (choice,)}
        paper.enter(get_collector(links["paper"].code), "5", raw, language="vi", user_id=user)
    _device, pairing = devices.add_device(
        links["kiosk"], "Máy 1", language="vi", exit_code="2468", idle_seconds=60
    )
    return {name: link.code for name, link in links.items()}, pairing


def _staff():
    """A released wave of staff, and an invitation to one that is open."""
    publish(released.release(released.make_frozen_wave()))
    wave = fieldwork.create_wave(
        find_survey("culture"),
        "open",
        fieldwork.register_instrument(released.staff_instrument()),
        title={"vi": "Đợt mở", "en": "Open wave"},
        tree_date=TREE_DATE,
        wave_kind="census",
        anonymous=True,
        crossed=["rank"],
    )
    made = inviting.invite(wave, {"law-1": 12})
    fieldwork.open_wave(wave)
    return made[0]


def _jobs():
    """Jobs of the evaluator by state."""
    user_id = find_user(EMAIL).id
    waiting, done, failed = (
        jobs.enqueue(name, {}, user_id).key for name in ("test-write", "test-write", "test-full")
    )
    for key in (done, failed):
        jobs.running.run(key)
    return {"waiting": waiting, "done": done, "failed": failed}


def _rated():
    """A link of a wave that asks for an agency."""
    wave = make_wave(
        "rated", asked=made_of(section("all", item("office", type="rated_agency")), code="rated")
    )
    (link,) = make_collectors(wave, "north-1")
    fieldwork.open_wave(wave)
    return link


@dataclass
class Visit:
    """A person at a browser; `look` runs axe on what is shown."""

    page: object
    place: Place

    def go(self, path, look=True, refused=False):
        answer = self.page.goto(self.place.address + path)
        assert answer.ok is not refused, f"{answer.status} {answer.url}"
        if look:
            self.look()

    def look(self):
        # Colours and screens come in over a fifth of a second.
        self.page.evaluate("Promise.all(document.getAnimations().map((one) => one.finished.catch(() => 0)))")
        found = Axe().run(self.page, options=RULES).response["violations"]
        assert not found, f"{self.page.url}\n" + "\n".join(
            f"{one['id']}: {one['help']}: {node['html'][:160]}" for one in found for node in one["nodes"]
        )

    def send(self):
        self.page.locator("main .go").last.click()

    def upload(self, name, text):
        """Choose a file in the page's field and send it."""
        file = {"name": name, "mimeType": "text/plain", "buffer": text.encode()}
        self.page.set_input_files("#file", file)
        self.page.locator("form:has(#file) .go").click()

    def sign_in(self):
        """Once for all cases; the others begin with the session."""
        if not self.place.session:
            self.go("/sign-in?lang=vi", look=False)
            self.page.locator("[name=email]").fill(EMAIL)
            self.page.locator("[name=password]").fill(PASSWORD)
            self.page.locator("main button").click()
            self.page.wait_for_url("**/results/")
            self.place.session += self.page.context.cookies()
        self.page.context.add_cookies(self.place.session)


CASES: dict[str, Callable[[Visit], None]] = {}


def case(*routes: str):
    """The function visits these addresses."""

    def keep(function):
        CASES.update({f"GET {route}": function for route in routes})
        return function

    return keep


@case("/r/<code>")
def the_form_with_every_item_type(visit):
    for language in ("vi", "en"):
        visit.go(f"/r/{visit.place.links['qr']}?lang={language}")
    visit.send()
    visit.page.locator(".summary").wait_for()
    visit.look()
    visit.page.locator("#item-choice input").first.check()
    visit.page.locator("#item-number input").fill("11")
    visit.send()
    visit.page.locator("#item-number [aria-invalid]").wait_for()
    visit.look()
    visit.page.locator("#item-number input").fill("")
    visit.send()
    visit.page.locator(".receipt").wait_for()
    visit.look()
    for link in ("sections", "rated", "slips"):
        visit.go(f"/r/{visit.place.links[link]}?lang=vi")
    for refused in (visit.place.links["closed"], "nothing-here", f"{visit.place.links['slips']}?slip=WRONG"):
        visit.go(f"/r/{refused}", refused=True)


@case("/r/<code>/new", "/r/<code>/<response_id>")
def the_form_without_script(visit):
    visit.go(f"/r/{visit.place.links['qr']}/new?lang=vi")
    assert visit.page.url.split("?")[0].count("-") == 4, "it leads to an address with an id"
    visit.go(f"/r/{visit.place.links['sections']}/{ID}?lang=en")


@case("/r/<code>/interviewer")
def the_interviewers_code(visit):
    visit.go(f"/r/{visit.place.links['interviewer']}/interviewer?lang=vi")
    visit.page.locator("#code").fill("L99")
    visit.page.keyboard.press("Enter")
    visit.page.locator("#code-error").wait_for()
    visit.look()


@case("/r/<code>/resume")
def save_and_resume(visit):
    link = visit.place.links["qr"]
    visit.go(f"/r/{link}?lang=vi", look=False)
    visit.page.locator("[name=_save]").click()
    visit.page.locator(".big-code").wait_for()
    visit.look()
    visit.go(f"/r/{link}/resume?lang=vi")
    visit.page.locator("#code").fill("wrong")
    visit.page.keyboard.press("Enter")
    visit.page.locator("#code-error").wait_for()
    visit.look()


@case("/k/", "/k/<code>")
def the_kiosk(visit):
    visit.page.set_viewport_size({"width": 1180, "height": 820})
    visit.go("/k/?lang=vi")
    visit.page.get_by_label("Mã ghép nối").fill(visit.place.pairing)
    visit.page.get_by_role("button", name="Ghép nối").click()
    visit.page.wait_for_selector("[data-do=begin]")
    visit.look()
    begin(visit.page)
    visit.look()
    visit.page.locator("#item-choice").get_by_label("Tốt").click()
    for code in ("multi", "text", "number", "day"):
        visit.page.locator(f"#item-{code}").wait_for(state="visible")
        visit.look()
        press(visit.page, "next" if code == "day" else "skip")
    wait_for_screen(visit.page, "thanks")
    visit.look()


@case("/s/<code>")
def the_staff_form(visit):
    visit.go(visit.place.invitation)
    visit.page.get_by_role("button", name="Bắt đầu").click()
    visit.page.locator("#item-greeted").wait_for()
    visit.look()
    visit.go(visit.place.invitation.split("?")[0] + "?lang=en")


@case("/verify/")
def the_verification(visit):
    visit.go("/verify/?lang=en")
    for content in (b"a;b", b"PK\x05\x06" + b"\0" * 18):
        visit.page.locator("#file").set_input_files(
            {"name": "book.xlsx", "mimeType": "application/octet-stream", "buffer": content}
        )
        visit.page.get_by_role("button", name="Verify").click()
        visit.page.locator(".summary, .verdict").wait_for()
        visit.look()


@case("/office/<survey>/<wave>/runs/", "/office/<survey>/<wave>/runs/<int:number>")
def runs_and_releases(visit):
    visit.sign_in()
    visit.go("/office/citizens/2026/runs/?lang=vi")
    visit.page.locator(".go").click()
    visit.page.locator(".summary").wait_for()
    visit.look()
    visit.go("/office/citizens/2026/runs/1?lang=en")


@case("/authority")
def the_certificate(visit):
    visit.go("/authority?lang=vi")


@case(
    "/admin/accounts/",
    "/admin/accounts/new",
    "/admin/accounts/<int:number>/",
    "/sign-in/new-password/<token>",
)
def the_accounts(visit):
    visit.sign_in()
    for path in ("?lang=vi", "?search=nobody-has-this", "new", "2/"):
        visit.go(f"/admin/accounts/{path}")
    visit.page.locator("#agency").fill("nowhere")
    visit.page.locator(".go").click()
    visit.page.locator(".summary").wait_for()
    visit.look()
    visit.page.locator("form[action$='/link'] button").click()
    link = visit.page.locator(".secret-link code").inner_text()
    visit.look()
    visit.go("/sign-in/new-password/" + link.rpartition("/")[2])
    visit.page.locator("main .go").click()
    visit.page.locator(".summary").wait_for()
    visit.look()


@case("/account/", "/account/second-factor", "/sign-in/code", "/sign-in/forgotten")
def ones_own_account(visit):
    visit.go("/sign-in/forgotten?lang=vi")
    visit.go("/sign-in?lang=vi", look=False)
    _sign_in_as_hoa(visit.page)
    visit.page.wait_for_url("**/results/")
    visit.go("/account/")
    visit.page.locator("#password").fill("short")
    visit.page.locator("main .go").click()
    visit.page.locator(".summary").wait_for()
    visit.look()
    visit.go("/account/second-factor")
    key = visit.page.locator(".key").inner_text().replace(" ", "")
    visit.page.locator("#code").fill("000000")
    visit.page.locator("main .go").click()
    visit.page.locator(".summary").wait_for()
    visit.look()
    visit.page.locator("#code").fill(pyotp.TOTP(key).now())
    visit.page.locator("main .go").click()
    visit.page.locator(".codes").wait_for()
    visit.look()
    visit.go("/account/")
    visit.page.locator("form.account button").click()
    visit.page.wait_for_url("**/sign-in")
    _sign_in_as_hoa(visit.page)
    visit.page.locator("#code").wait_for()
    visit.look()


def _sign_in_as_hoa(page):
    page.locator("[name=email]").fill("hoa@office.vn")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main button").click()


@case("/", "/sign-in")
def the_sign_in(visit):
    visit.go("/")
    visit.go("/sign-in?lang=vi")
    visit.page.locator("[name=email]").fill("nobody@office.vn")
    visit.page.locator("[name=password]").fill("wrong")
    visit.page.locator("main button").click()
    visit.page.locator(".summary").wait_for()
    visit.look()


@case("/exports/<survey>/<wave>/")
def taking_data_out(visit):
    visit.sign_in()
    for language in ("vi", "en"):
        visit.go(f"/exports/citizens/2026/?lang={language}")


@case("/jobs/", "/jobs/<key>")
def long_work(visit):
    visit.sign_in()
    visit.go("/jobs/?lang=vi")
    for state in ("waiting", "done", "failed"):
        visit.go(f"/jobs/{visit.place.links[state]}")


@case("/results/", "/results/<survey>/<wave>/", "/results/<survey>/<wave>/agencies/<code>/")
def the_results(visit):
    visit.sign_in()
    visit.go("/results/")
    for query in ("lang=vi", "lang=en&branch=north&side=above&bound=many", "name=xa&flagged=1"):
        visit.go(f"/results/citizens/2026/?{query}")
    for agency in ("north", "north-2"):
        visit.go(f"/results/citizens/2026/agencies/{agency}/")
    visit.go("/results/citizens/none/", refused=True)


@case(
    "/public/",
    "/public/<survey>/<wave>/",
    "/public/<survey>/<wave>/agencies/<code>/",
    "/public/<survey>/<wave>/units/",
    "/public/<survey>/<wave>/units/<agency>/",
)
def the_results_that_everybody_may_read(visit):
    for path in ("", "citizens/2026/", "citizens/2026/agencies/south/", "culture/2026/units/"):
        visit.go(f"/public/{path}?lang=vi")
    visit.go("/public/culture/2026/units/law/")


@case("/results/<survey>/<wave>/agencies/<code>/sign-off/", "/results/<survey>/<wave>/sign-offs/")
def the_sign_off_and_the_plan(visit):
    visit.sign_in()
    visit.go("/results/citizens/2026/agencies/north/sign-off/?lang=vi")
    visit.page.locator("#add-measure").fill("Mở thêm một quầy")
    visit.page.locator(".new .go").click()
    visit.page.locator("#error-add-owner").wait_for()
    visit.look()
    visit.page.locator("#add-owner").fill("Chánh văn phòng")
    visit.page.locator("#add-due_on").fill("2026-05-01")
    visit.page.locator(".new .go").click()
    visit.page.locator(".measures .overdue").wait_for()
    visit.page.locator(".measures summary").click()
    visit.look()
    visit.page.locator("#sign-position").fill("Chủ tịch")
    visit.send()
    visit.page.locator(".signed").wait_for()
    visit.look()
    visit.go("/results/citizens/2026/sign-offs/?lang=en")


@case("/office/<survey>/<wave>/comments/", "/office/<survey>/<wave>/comments/themes/")
def the_themes_of_comments(visit):
    visit.sign_in()
    visit.go("/office/culture/2026/comments/themes/?lang=vi")
    visit.page.locator("#new-code").fill("Không")
    visit.page.locator(".new-theme .go").click()
    visit.page.locator(".summary").wait_for()
    visit.look()
    for name, text in (("code", "pay"), ("vi", "Thu nhập"), ("en", "Pay")):
        visit.page.locator(f"#new-{name}").fill(text)
    visit.page.locator(".new-theme .go").click()
    visit.page.locator(".themes").wait_for()
    visit.look()
    visit.go("/office/culture/2026/comments/")


@case("/results/<survey>/<wave>/units/", "/results/<survey>/<wave>/units/<agency>/")
def the_results_of_units(visit):
    visit.sign_in()
    visit.go("/results/culture/2026/units/?lang=vi")
    for unit in ("law", "rail"):
        visit.go(f"/results/culture/2026/units/{unit}/")


@case("/office/<survey>/<wave>/staff/")
def the_offices_page_of_a_staff_survey(visit):
    visit.sign_in()
    visit.go("/office/culture/open/staff/?lang=vi")


@case("/office/", "/office/<survey>/<wave>/", "/office/unsent", "/office/served")
def the_offices_lists(visit):
    visit.sign_in()
    for path in ("/office/?lang=vi", f"{SURVEY}/", "/office/unsent", "/office/served"):
        visit.go(path)
    visit.send()
    visit.page.locator(".summary").wait_for()
    visit.look()


@case("/office/<survey>/<wave>/monitoring")
def the_monitoring(visit):
    visit.sign_in()
    for language in ("vi", "en"):
        visit.go(f"{SURVEY}/monitoring?lang={language}")
    visit.page.locator("#target").fill("many")
    visit.send()
    visit.page.locator(".summary").wait_for()
    visit.look()


@case(
    "/office/<survey>/<wave>/devices",
    "/office/<survey>/<wave>/print/",
    "/office/<survey>/<wave>/interviewers/",
)
def the_offices_tools(visit):
    visit.sign_in()
    for name in ("devices?lang=vi", "print/", "interviewers/"):
        visit.go(f"{SURVEY}/{name}")


@case(
    "/office/<survey>/<wave>/paper/",
    "/office/<survey>/<wave>/paper/<int:link>/",
    "/office/<survey>/<wave>/paper/<int:link>/<number>/decide",
)
def the_paper_entry(visit):
    visit.sign_in()
    for name in ("?lang=vi", "4/", "4/5/decide"):
        visit.go(f"{SURVEY}/paper/{name}")


@case("/account/tokens/", "/api/")
def the_keys_of_programs(visit):
    visit.sign_in()
    visit.go("/account/tokens/?lang=vi")
    visit.send()
    visit.page.locator(".summary").wait_for()
    visit.look()
    visit.page.locator("#name").fill("Cổng dữ liệu")
    visit.send()
    visit.page.locator(".key").wait_for()
    visit.look()
    visit.go("/api/?lang=vi")


@case("/admin/audit/")
def the_audit_log(visit):
    visit.sign_in()
    visit.go("/admin/audit/?lang=vi")
    visit.go("/admin/audit/?since=never", refused=True)
    visit.send()
    visit.page.locator(".notice").wait_for()
    visit.look()


@case(
    "/office/agencies/",
    "/office/agencies/at/<code>/",
    "/office/agencies/at/<code>/<change>",
    "/office/agencies/new",
    "/office/agencies/list",
    "/office/agencies/list/<key>",
)
def the_agencies(visit):
    visit.sign_in()
    tree = "/office/agencies/"
    for path in (f"{tree}?lang=vi&open=north", f"{tree}?q=bac", f"{tree}at/north/", f"{tree}new"):
        visit.go(path)
    visit.send()
    visit.page.locator(".summary").wait_for()
    visit.look()
    visit.go(f"{tree}at/south/rename", look=False)
    visit.page.locator("#name_vi").fill("Tỉnh Nam Mới")
    visit.send()
    visit.page.locator("[name=seen]").wait_for(state="attached")
    visit.look()
    visit.go(f"{tree}list")
    visit.upload("list.csv", "code,name_vi\nnorth,Thành phố Bắc\n")
    visit.page.wait_for_url("**/agencies/list/*")
    visit.look()


@case(
    "/office/instruments/",
    "/office/instruments/<code>/<int:version>/",
    "/office/instruments/<code>/<int:version>/preview",
    "/office/instruments/files/<key>",
    "/office/instruments/files/<key>/preview",
)
def the_instruments(visit):
    visit.sign_in()
    for path in ("?lang=vi", "sipas-2023/1/", "sipas-2023/1/preview?lang=vi&layout=sections"):
        visit.go(f"/office/instruments/{path}")
    visit.go("/office/instruments/", look=False)
    visit.upload("wrong.yaml", "code: X\n")
    visit.page.locator("#problems").wait_for()
    visit.look()
    visit.upload("short.yaml", (SHIPPED / "counter-short-1.yaml").read_text(encoding="utf-8"))
    visit.page.wait_for_url("**/instruments/files/*")
    visit.look()
    visit.go(f"{visit.page.url.removeprefix(visit.place.address)}/preview?lang=en")


@case(
    "/office/surveys/",
    "/office/surveys/<survey>/plan",
    "/office/<survey>/<wave>/plan",
    "/office/<survey>/<wave>/steps/<step>",
)
def the_plans(visit):
    visit.sign_in()
    for path in ("surveys/?lang=vi", "citizens/counter/plan", "citizens/drawn/steps/open"):
        visit.go(f"/office/{path}")
    visit.go("/office/citizens/counter/steps/close")
    visit.go("/office/surveys/citizens/plan", look=False)
    visit.send()
    visit.page.locator(".summary").wait_for()
    visit.look()


@case(
    "/office/<survey>/<wave>/links/",
    "/office/<survey>/<wave>/links/<int:number>",
    "/office/<survey>/<wave>/links/many",
    "/office/<survey>/<wave>/links/list/<key>",
    "/office/<survey>/<wave>/samples/",
)
def the_links_and_the_sample(visit):
    visit.sign_in()
    for path in ("links/?lang=vi", "links/1", "links/many"):
        visit.go(f"{SURVEY}/{path}")
    visit.upload("links.csv", "agency\nnorth-2\n")
    visit.page.wait_for_url("**/links/list/*")
    visit.look()
    visit.go("/office/citizens/drawn/samples/")
    visit.page.locator("#first_day").fill("2026-03-02")
    visit.page.locator("#last_day").fill("2026-03-20")
    visit.send()
    visit.page.locator("#plan").wait_for()
    visit.page.locator("#seed").fill("7")
    visit.page.locator("main .go").first.click()
    visit.page.locator("#drawn").wait_for()
    visit.look()


@pytest.fixture
def visit(chromium, place):
    context = chromium.new_context(viewport=PHONE, locale="vi-VN")
    yield Visit(context.new_page(), place)
    context.close()


@pytest.mark.parametrize("look", dict.fromkeys(CASES.values()), ids=lambda one: one.__name__)
def test_nothing_is_found(visit, look):
    look(visit)


def test_a_wide_screen_and_the_dark_are_clean_too(chromium, place):
    context = chromium.new_context(viewport=TABLET, locale="vi-VN", color_scheme="dark")
    visit = Visit(context.new_page(), place)
    visit.go(f"/r/{place.links['qr']}?lang=vi")
    visit.sign_in()
    for path in ("/results/citizens/2026/", f"{SURVEY}/monitoring"):
        visit.go(path)
    context.close()


def test_every_address_that_can_be_opened_has_a_case():
    listed = {line for line in ROUTES.read_text(encoding="utf-8").split("\n") if line.startswith("GET ")}
    # What programs ask for is no page either.
    listed -= {line for line in listed if line.startswith("GET /api/v1/") and line not in NO_PAGES}
    assert not NO_PAGES & CASES.keys()
    without = sorted(listed - NO_PAGES - CASES.keys())
    assert not without, f"Write a case in {__name__} for {without}, or name it among NO_PAGES."
    gone = sorted((NO_PAGES | CASES.keys()) - listed)
    assert not gone, f"{gone} is in no list of addresses; take it out here."
