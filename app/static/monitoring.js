// The monitoring page renews itself every half minute: fetched again and written over in place, node by node, so
// that nothing is moved that has not changed, focus stays where it is and what was scrolled stays scrolled.

const EVERY = 30_000;

const live = document.getElementById("live");
const said = document.getElementById("live-said");
const state = document.getElementById("live-state");
const pause = document.getElementById("pause");

let paused = false;
let timer;

// Makes `here` say what `there` says. Elements of the same kind are kept and written over.
function renew(here, there) {
  for (const name of here.getAttributeNames()) if (!there.hasAttribute(name)) here.removeAttribute(name);
  for (const name of there.getAttributeNames()) {
    const value = there.getAttribute(name);
    if (here.getAttribute(name) !== value) here.setAttribute(name, value);
  }
  const after = [...there.childNodes];
  const before = [...here.childNodes];
  after.forEach((node, place) => {
    const old = before[place];
    if (!old) here.append(document.importNode(node, true));
    else if (old.nodeName !== node.nodeName) old.replaceWith(document.importNode(node, true));
    else if (node.nodeType === Node.ELEMENT_NODE) renew(old, node);
    else if (old.data !== node.data) old.data = node.data;
  });
  for (const old of before.slice(after.length)) old.remove();
}

function say(sentence) {
  if (state.textContent !== sentence) state.textContent = sentence;
}

async function fetchAgain() {
  try {
    const answer = await fetch(location.href, { cache: "no-store", redirect: "error" });
    if (!answer.ok) throw new Error(answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (paused) return;
    renew(live, page.getElementById("live"));
    said.textContent = page.getElementById("live-said").textContent;
    say("");
  } catch {
    if (!paused) say(pause.dataset.lost);
  }
}

function wait() {
  clearTimeout(timer);
  timer = setTimeout(async () => {
    // A page that nobody looks at asks nothing of the server.
    if (!document.hidden) await fetchAgain();
    if (!paused) wait();
  }, EVERY);
}

pause.addEventListener("click", async () => {
  paused = !paused;
  pause.textContent = paused ? pause.dataset.resume : pause.dataset.pause;
  say(paused ? pause.dataset.paused : "");
  clearTimeout(timer);
  if (paused) return;
  await fetchAgain();
  if (!paused) wait();
});

pause.hidden = false;
wait();
