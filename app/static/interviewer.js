// Who asks is said once per session of this tab and sent beside the answers; the page itself is the same for
// everybody, so the code comes from the address of the first visit or from what was kept then.

const form = document.getElementById("answers");
const line = document.getElementById("interviewer");
const field = form.elements._interviewer;
const address = new URL(location.href);
const given = address.searchParams.get("interviewer");
const KEY = "hailong-interviewer";

function kept() {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null; // storage is shut: the address goes on carrying the code
  }
}

if (given) {
  try {
    sessionStorage.setItem(KEY, given);
    address.searchParams.delete("interviewer");
    history.replaceState(history.state, "", address);
  } catch {
    // As above.
  }
}

const code = field.value || given || kept();
if (code) {
  field.value = code;
  line.querySelector("strong").textContent = code;
  line.hidden = false;
} else {
  location.replace(line.querySelector("a").href);
}
