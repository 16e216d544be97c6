// One staff member's way through the page: promise, invitation, form, thanks.
//
// The secret is kept in this browser before anything is sent, so that a lost reply, a closed tab or a dead battery
// costs nothing: the same invitation asks for the same signature again, and the same answers are kept once. Two
// tabs share it. When the answers have arrived it is destroyed.

import { given } from "../routing.js";
import { blind, nameOf, unblind } from "./blind.js";

const page = document.getElementById("staff");
const { code, modulus, redeem, answers: answersUrl } = page.dataset;
const part = (id) => document.getElementById(id);
const form = part("answers");
const RETRY_AFTER = 5_000;
const DRAFT = `hailong-draft:${code}`;
let key = null; // where this browser keeps the secret of this invitation
let retry = null;

const plain = (token) => token.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
const keep = (secret) => localStorage.setItem(key, JSON.stringify(secret));
const kept = () => JSON.parse(localStorage.getItem(key) ?? "null");

function show(id) {
  for (const one of ["begin", "answers", "thanks"]) part(one).hidden = one !== id;
}

function say(sentence, items = {}) {
  const box = part("problem");
  box.querySelector("p").textContent = sentence;
  const lines = Object.entries(items).map(([item, words]) => {
    const field = part(`item-${item}`);
    const line = document.createElement("li");
    const link = document.createElement("a");
    link.href = `#answer-1-${item}`;
    link.textContent = `${field?.querySelector("legend, label")?.textContent.trim() ?? item} – ${words}`;
    line.append(link);
    return line;
  });
  box.querySelector("ul").replaceChildren(...lines);
  box.hidden = false;
  box.focus();
}

function quiet() {
  part("problem").hidden = true;
}

// {ok, status, body}; null where nothing came back.
async function post(address, body) {
  try {
    const reply = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      credentials: "omit",
      cache: "no-store",
      referrerPolicy: "no-referrer",
    });
    if (reply.status >= 500) return null;
    return { status: reply.status, body: await reply.json() };
  } catch {
    return null;
  }
}

async function begin(token) {
  quiet();
  key = `hailong-staff:${code}:${await nameOf(plain(token))}`;
  // Two tabs of one invitation must not make two secrets: the second waits and finds the first one's.
  return navigator.locks.request(key, async () => {
    let secret = kept();
    if (secret?.done) return finish(secret.done);
    if (!secret) {
      secret = await blind(modulus);
      try {
        keep(secret);
      } catch {
        return say(page.dataset.shared);
      }
    }
    if (!secret.signature) {
      const reply = await post(redeem, { token: plain(token), blinded: secret.blinded });
      if (!reply) return say(page.dataset.lost);
      if (reply.status !== 200) {
        localStorage.removeItem(key);
        return say(reply.body.problem);
      }
      const signature = unblind(modulus, secret, reply.body.signature);
      if (!signature) return say(page.dataset.damaged);
      keep({ message: secret.message, signature });
    }
    show("answers");
    form.querySelector("h2").focus();
  });
}

function collect() {
  const answers = {};
  for (const item of form.querySelectorAll(".item:not([hidden])")) {
    const answer = given(item);
    if (answer !== undefined) answers[item.dataset.code] = answer;
  }
  return answers;
}

async function send() {
  clearTimeout(retry);
  quiet();
  const button = part("send");
  button.disabled = true;
  try {
    await navigator.locks.request(key, async () => {
      const secret = kept();
      if (secret?.done) return finish(secret.done);
      const reply = await post(answersUrl, {
        message: secret.message,
        signature: secret.signature,
        instrument: form.elements._instrument.value,
        answers: collect(),
      });
      if (!reply) {
        say(page.dataset.lost);
        retry = setTimeout(send, RETRY_AFTER);
        return;
      }
      if (!reply.body.status) return say(reply.body.problem, reply.body.items);
      keep({ done: reply.body.status });
      finish(reply.body.status);
    });
  } finally {
    button.disabled = false;
  }
}

function finish(status) {
  quiet();
  form.reset();
  sessionStorage.removeItem(DRAFT);
  for (const line of part("thanks").querySelectorAll("[data-status]")) {
    line.hidden = !line.dataset.status.split(" ").includes(status);
  }
  show("thanks");
  part("thanks-title").focus();
}

// Another language is another page: what was answered goes along in this tab alone, and is fetched once.
for (const link of document.querySelectorAll(".tongue")) {
  link.addEventListener("click", () => {
    const draft = { token: part("token").value, open: !form.hidden, answers: collect() };
    sessionStorage.setItem(DRAFT, JSON.stringify(draft));
  });
}

function fill(answers) {
  for (const item of form.querySelectorAll(".item")) {
    const answer = answers[item.dataset.code];
    if (answer === undefined) continue;
    for (const control of item.querySelectorAll("input, textarea, select")) {
      if (control.type === "radio" || control.type === "checkbox") control.checked = [answer].flat().includes(control.value);
      else control.value = answer;
    }
  }
  // The routing goes through the form again when the page is shown.
  dispatchEvent(new PageTransitionEvent("pageshow"));
}

part("token-form").addEventListener("submit", (event) => {
  event.preventDefault();
  begin(part("token").value);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
// A page that comes back from the browser's memory could show what somebody answered.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

const draft = JSON.parse(sessionStorage.getItem(DRAFT) ?? "null");
sessionStorage.removeItem(DRAFT);
if (location.hash.length > 1) {
  part("token").value = decodeURIComponent(location.hash.slice(1));
  // The token must not stay in the history of a shared computer.
  history.replaceState(null, "", location.pathname + location.search);
}
if (!globalThis.isSecureContext || !crypto.subtle || !navigator.locks) {
  say(page.dataset.insecure);
  part("begin-button").disabled = true;
} else if (draft) {
  part("token").value = draft.token;
  if (draft.open) begin(draft.token).then(() => fill(draft.answers));
}
