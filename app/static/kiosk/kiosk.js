// The kiosk: one citizen after another on one tablet.
//
// Answers are in the form and nowhere else until they are sent: not in the address, the history or the browser's
// storage. Every citizen gets a fresh copy of every screen, so nothing of the one before can come back.

import { router } from "../routing.js";
import { clear, fill, read, ready } from "./answers.js";
import { limit, problemOf } from "./checks.js";
import { beat, readDevice } from "./device.js";
import { IdleWatch } from "./idle.js";
import { prepareOffline, sayOffline, takeUpRelease } from "./offline.js";
import { openQueue } from "./queue.js";
import { receiptOf } from "./receipt.js";
import { canSpeak, hush, onVoices, speak } from "./speech.js";
import { StaffDesk } from "./staff.js";

const BEAT = 60_000; // ms between two words to the server
const AFTER_CHOICE = 450; // ms in which a choice is seen before the next question comes
const SETTLING = 300; // ms in which a second tap does not hit the next question
const THANKS = 20_000; // ms

const root = document.documentElement;
const { collector, instrument, home, seen } = document.body.dataset;
const stage = document.getElementById("stage");
const templates = new Map([...document.querySelectorAll("template")].map((each) => [each.dataset.language, each]));

let device = readDevice();
let queue = null;
let offline = { ready: false, reason: null };
let page = null; // entity tag of the document that is shown

let citizen = null; // who is at the tablet: {language, large, screen, at, trail, id, started, slip}
let form = null;
let rules = {};
let routing = null;
let leading = null; // timer: the next question is about to come
let pressed = 0; // when the screen was last touched
let sending = false;
let thanking = null; // timer: the thank-you ends

const desk = new StaffDesk({ device: () => device, queue: () => queue, offline: () => offline, home });

// Screens

/** Forget everything and show the first screen: of two citizens, this stands between them. */
function begin() {
  clean();
  takeUpRelease();
}

function clean() {
  clearTimeout(thanking);
  hush();
  const language = templates.has(device.language) ? device.language : [...templates.keys()][0];
  citizen = { language, large: false, screen: "start", at: null, trail: [], id: null, started: null, slip: null };
  draw();
  show(device.state === "revoked" ? "revoked" : device.open === false ? "closed" : "start");
}

const resting = () => ["start", "closed", "revoked"].includes(citizen.screen);

/** A fresh copy of every screen in the citizen's language. */
function draw(answers = new Map()) {
  clearTimeout(leading);
  hush();
  const template = templates.get(citizen.language);
  stage.replaceChildren(template.content.cloneNode(true));
  root.lang = citizen.language;
  root.dir = template.dataset.dir;
  root.classList.toggle("large", citizen.large);
  document.title = template.dataset.title;
  form = document.getElementById("kiosk-form");
  rules = JSON.parse(form.dataset.rules);
  limit(form, rules);
  routing = router(form);
  fill(form, answers);
  routing.route();
  form.addEventListener("change", changed);
  form.addEventListener("click", chosen);
  form.addEventListener("submit", (event) => (event.preventDefault(), next()));
  stage.querySelector("[data-slip-form]")?.addEventListener("submit", (event) => (event.preventDefault(), takeSlip()));
  stage.querySelector("[data-do=large]").setAttribute("aria-pressed", citizen.large);
  if (citizen.id) stage.querySelector("[data-receipt]").textContent = receiptOf(citizen.id);
  tellVoices();
  sayOffline(offline);
}

function show(screen) {
  citizen.screen = screen;
  root.dataset.screen = screen;
  for (const each of stage.querySelectorAll(".screen")) each.hidden = each.dataset.screen !== screen;
  stage.querySelector("[data-do=again]").hidden = !["item", "slip"].includes(screen);
  scrollTo(0, 0);
  if (screen === "item") showItem();
  else stage.querySelector(`.screen[data-screen="${screen}"] :is(h2, input)`)?.focus({ preventScroll: true });
  tellVoices();
}

// Questions

const items = () => [...form.querySelectorAll(".item")].filter((item) => !item.hidden);
const current = () => form.querySelector(`.item[data-code="${citizen.at}"]`);

function following() {
  const asked = items();
  return asked[asked.indexOf(current()) + 1];
}

function showItem() {
  const item = current();
  for (const each of form.querySelectorAll(".item, .part")) each.toggleAttribute("data-away", each !== item && !each.contains(item));
  const part = item.closest(".part");
  // What introduces a section stands before its first question, and not again.
  part.querySelector(".introduction")?.toggleAttribute("data-away", items().find((each) => part.contains(each)) !== item);
  routing.untell();
  refresh();
  form.classList.add("settling");
  setTimeout(() => form.classList.remove("settling"), SETTLING);
  const spoken = item.matches("fieldset") ? item : item.querySelector(".ask");
  spoken.tabIndex = -1;
  spoken.focus({ preventScroll: true });
}

function refresh() {
  const last = !following();
  const [back, skip, go] = ["back", "skip", "next"].map((name) => form.querySelector(`[data-do=${name}]`));
  back.hidden = citizen.trail.length === 0;
  skip.hidden = last || "missing" in current().dataset;
  go.textContent = last ? form.dataset.send : form.dataset.next;
}

function stepTo(item) {
  hush();
  citizen.at = item.dataset.code;
  scrollTo(0, 0);
  showItem();
  tellVoices();
}

function changed(event) {
  const item = event.target.closest(".item");
  say(item, null);
  const lost = routing.route();
  if (lost.length) {
    // They are to read this before they go on.
    clearTimeout(leading);
    routing.tell(lost, item);
  } else {
    routing.untell();
  }
  refresh();
}

// A touched choice leads on by itself; one made by keyboard does not, for arrows choose on their way.
function chosen(event) {
  if (event.target.type !== "radio" || Date.now() - pressed > 1500 || !following()) return;
  clearTimeout(leading);
  leading = setTimeout(next, AFTER_CHOICE);
}

function next() {
  clearTimeout(leading);
  const item = current();
  const problem = problemOf(item, rules[citizen.at]);
  say(item, problem);
  if (problem) {
    item.querySelector("input, textarea, select").focus();
    return;
  }
  go(item);
}

function go(item) {
  const after = following();
  if (!after) {
    send();
    return;
  }
  citizen.trail.push(item.dataset.code);
  stepTo(after);
}

function back() {
  clearTimeout(leading);
  const code = citizen.trail.pop();
  if (code === undefined) return;
  citizen.at = code;
  stepTo(current());
}

function skip() {
  const item = current();
  clear(item);
  say(item, null);
  const lost = routing.route();
  refresh();
  if (lost.length) routing.tell(lost, item);
  else go(item);
}

/** Write what is wrong beside the item; null takes it away. */
function say(item, problem) {
  const name = `error-${item.dataset.code}`;
  document.getElementById(name)?.remove();
  item.classList.toggle("wrong", problem !== null);
  const control = item.querySelector("input, textarea, select");
  const described = item.matches("fieldset") ? item : control;
  const others = (described.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== name);
  if (problem !== null) {
    const error = document.createElement("p");
    error.id = name;
    error.className = "error";
    error.textContent = problem;
    item.querySelector(".options, input, textarea, select").before(error);
    others.push(name);
  }
  if (others.length) described.setAttribute("aria-describedby", others.join(" "));
  else described.removeAttribute("aria-describedby");
  if (!item.matches("fieldset")) control.toggleAttribute("aria-invalid", problem !== null);
}

// `randomUUID` exists only on https and localhost; `getRandomValues` everywhere (RFC 9562, version 4).
function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

async function send() {
  if (sending) return;
  sending = true;
  // The same id at a second press: what was kept already is not kept twice.
  citizen.id ??= newId();
  const submission = {
    id: citizen.id,
    instrument,
    language: citizen.language,
    started: citizen.started,
    sent: new Date().toISOString(),
    answers: ready(form),
    device: device.token,
  };
  if (citizen.slip) submission.slip = citizen.slip;
  const sender = citizen;
  try {
    await queue.put({ ...submission, collector });
    queue.flush();
    if (sender === citizen) thank();
  } catch {
    if (sender === citizen) show("unkept");
  } finally {
    sending = false;
  }
}

function thank() {
  citizen.trail = [];
  // A form without the answers lies behind the thanks.
  draw();
  show("thanks");
  thanking = setTimeout(begin, THANKS);
}

function takeSlip() {
  const input = document.getElementById("slip-code");
  const error = document.getElementById("error-slip-code");
  citizen.slip = input.value.trim();
  error.textContent = citizen.slip ? "" : error.dataset.missing;
  if (citizen.slip) ask();
  else input.focus();
}

function ask() {
  citizen.at = items()[0].dataset.code;
  show("item");
}

// Buttons

const actions = {
  begin() {
    citizen.started = new Date().toISOString();
    if (!document.fullscreenElement) root.requestFullscreen?.().catch(() => {});
    keepBack();
    if (stage.querySelector("[data-slip-form]")) show("slip");
    else ask();
  },
  back,
  skip,
  switch(button) {
    if (button.value === citizen.language) return;
    const slip = document.getElementById("slip-code")?.value;
    const answers = read(form);
    citizen.language = button.value;
    draw(answers);
    if (slip) document.getElementById("slip-code").value = slip;
    show(citizen.screen);
    stage.querySelector(".languages [aria-current]").focus();
  },
  large(button) {
    citizen.large = root.classList.toggle("large");
    button.setAttribute("aria-pressed", citizen.large);
  },
  read() {
    if (speechSynthesis.speaking) hush();
    else speak(wordsOnScreen(), citizen.language);
  },
  phone: () => document.getElementById("phone").showModal(),
  again: () => document.getElementById("again").showModal(),
  erase: begin,
  finish: begin,
  retry: send,
  stay: () => watch.touch(),
  close: (button) => button.closest("dialog").close(),
  staff: () => desk.open(document.getElementById("staff")),
};

stage.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button && button.dataset.do in actions) {
    clearTimeout(leading);
    actions[button.dataset.do](button);
  }
});
for (const touch of ["pointerdown", "pointerup"]) addEventListener(touch, () => (pressed = Date.now()), true);
addEventListener("keydown", () => (pressed = 0), true);

// Reading aloud

function tellVoices() {
  const button = stage.querySelector("[data-do=read]");
  if (button) button.hidden = !canSpeak(citizen.language);
}

function wordsOnScreen() {
  const screen = stage.querySelector(`.screen[data-screen="${citizen.screen}"]`);
  const parts = screen.querySelectorAll("h2, legend, .ask, p, li, .option span");
  return [...parts].filter((part) => part.checkVisibility() && !part.closest(".about")).map((part) => part.textContent.trim());
}

// Nobody there

const watch = new IdleWatch({
  seconds: () => device.idle_seconds,
  // At rest there is nothing to lose but a language, a letter size or an open window, and no need to ask.
  watched: () => citizen.screen !== "thanks" && !(resting() && untouched()),
  warn(left) {
    if (resting()) return;
    const dialog = document.getElementById("idle");
    dialog.querySelector(".count").textContent = left;
    const status = dialog.querySelector("[data-left]");
    if (left <= 10 && !status.textContent) status.textContent = status.dataset.left;
    if (!dialog.open) {
      clearTimeout(leading);
      dialog.showModal();
      dialog.addEventListener("close", () => watch.touch(), { once: true });
    }
  },
  resume() {
    const dialog = document.getElementById("idle");
    dialog.querySelector("[data-left]").textContent = "";
    dialog.close();
  },
  leave: begin,
});

function untouched() {
  return citizen.language === device.language && !citizen.large && !stage.querySelector("dialog[open]");
}

// The browser's own buttons. Back goes one question back and never leaves the kiosk; a page that comes back from
// the browser's memory begins anew, and so does one that was left.

function keepBack() {
  if (history.state !== "kiosk") history.pushState("kiosk", "");
}

addEventListener("popstate", () => {
  keepBack();
  if (citizen.screen === "item" && !stage.querySelector("dialog[open]")) back();
});
addEventListener("pagehide", clean);
addEventListener("pageshow", (event) => event.persisted && begin());

// The server

async function report() {
  const standing = await queue.standing();
  const told = await beat(seen, device, standing);
  const changedDevice = JSON.stringify(told.device) !== JSON.stringify(device);
  device = told.device;
  if (told.heard) desk.heard = new Date();
  if (resting() && changedDevice && untouched()) begin();
  if (told.heard && resting()) await renew();
}

// The document may be another one by now: another questionnaire, another name of the place.
async function renew() {
  const reply = await fetch(location.pathname, { cache: "no-cache", credentials: "omit" }).catch(() => null);
  const tag = reply?.ok ? reply.headers.get("ETag") : null;
  if (tag && page && tag !== page && resting() && untouched()) location.reload();
  page ??= tag;
}

async function start() {
  begin();
  onVoices(tellVoices);
  try {
    queue = await openQueue();
  } catch {
    // Where nothing can be kept, nobody is asked.
    device = { ...device, state: "revoked" };
    begin();
    return;
  }
  queue.onChange(() => desk.refresh());
  report();
  setInterval(report, BEAT);
  offline = await prepareOffline();
  sayOffline(offline);
}

if (device?.collector === collector) start();
else location.replace(home);
