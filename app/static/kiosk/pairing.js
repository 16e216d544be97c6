// A tablet that is paired goes to its kiosk; another asks for the code and is.

import { keepDevice, keepForGood, recallDevice, tell } from "./device.js";
import { prepareOffline, sayOffline } from "./offline.js";

const form = document.getElementById("pairing");
const code = document.getElementById("pairing-code");
const error = document.getElementById("error-code");

// Replaced, so that no Back leads here.
const go = (device) => location.replace(`${form.dataset.kiosk}${encodeURIComponent(device.collector)}`);

const kept = await recallDevice();
if (kept) go(kept);
else prepareOffline().then(sayOffline);

function say(sentence) {
  error.textContent = sentence;
  code.setAttribute("aria-invalid", "true");
  code.focus();
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  error.textContent = "";
  try {
    const { status, said } = await tell(form.action, { code: code.value });
    if (status === 200 && said?.token) {
      if (keepDevice(said)) {
        await keepForGood(said);
        go(said);
      } else say(form.dataset.unkept);
    } else {
      say(said?.problem ?? form.dataset.silent);
    }
  } catch {
    say(form.dataset.silent);
  }
});

// Whoever leaves for the kiosk and comes back by the browser's own buttons is led there again.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
