// The response's id and its times are made here, in the browser: the page itself is the same for everybody.
//
// They are also kept in the history entry. Whoever goes back after a broken connection and sends again sends
// the same id, so the answers are stored once; a new visit is a new entry and gets a new id.

const form = document.getElementById("answers");
const { _id: id, _started: started, _sent: sent } = form.elements;

// `randomUUID` exists only on https and localhost; `getRandomValues` everywhere (RFC 9562, version 4).
function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function untouched() {
  for (const [name, value] of new FormData(form)) {
    if (!name.startsWith("_") && value !== "") return false;
  }
  return true;
}

const kept = history.state ?? {};
id.value ||= kept.id ?? newId();
started.value ||= kept.started ?? new Date().toISOString();
history.replaceState({ ...kept, id: id.value, started: started.value }, "");

form.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (button?.name === "_switch" && untouched()) {
    // Nothing to keep: the other language's own page comes from the cache.
    event.preventDefault();
    const to = new URL(location.pathname, location.href);
    to.searchParams.set("lang", button.value);
    // A form that was opened with a slip opens with it in the other language too.
    if (form.elements._slip) to.searchParams.set("slip", form.elements._slip.value);
    location.assign(to);
  }
  sent.value = new Date().toISOString();
});
