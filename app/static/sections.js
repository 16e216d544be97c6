// Shows the sections of the form as pages, one at a time. The answers stay in the one document until they
// are sent, and the browser's own Back button leads to the section before.

const form = document.getElementById("answers");
const parts = [...form.querySelectorAll(".part")];
const lead = document.querySelector(".lead");
const send = document.getElementById("send");
const at = form.elements._at;
// A page that came back from the server begins without the introduction.
const reshown = lead.classList.contains("brief");
const surveyTitle = document.title;

const next = button(form.dataset.next, "go", () => complete(current) && move(neighbour(1)));
const back = button(form.dataset.back, "plain", () => move(neighbour(-1)));
send.before(next);
send.after(back);

let current = parts[0];

function button(text, look, action) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.className = look;
  made.addEventListener("click", action);
  return made;
}

// Sections that routing has taken away are passed over.
function available() {
  return parts.filter((part) => !("off" in part.dataset));
}

function neighbour(step) {
  const left = available();
  return left[left.indexOf(current) + step];
}

function show(part) {
  current = part;
  for (const each of parts) each.hidden = each !== part;
  at.value = part.dataset.code;
  const first = part === available()[0];
  lead.classList.toggle("brief", !first || reshown);
  document.title = !first ? `${heading(part).textContent} – ${surveyTitle}` : surveyTitle;
  refresh();
}

function refresh() {
  back.hidden = !neighbour(-1);
  next.hidden = !neighbour(1);
  send.hidden = !next.hidden;
}

function move(part) {
  show(part);
  history.pushState({ ...history.state, at: part.dataset.code }, "");
  scrollTo(0, 0);
  heading(part).focus({ preventScroll: true });
}

function heading(part) {
  return part.querySelector("h2");
}

// A required item that is left blank is said before the page is turned; every other rule is the server's.
function complete(part) {
  const given = new FormData(form);
  const missing = [...part.querySelectorAll(".item[data-missing]:not([hidden])")].filter(
    (item) => !given.getAll(item.dataset.code).some((value) => value.trim()),
  );
  for (const item of part.querySelectorAll(".item[data-missing]")) say(item, missing.includes(item));
  missing[0]?.querySelector("input, textarea, select").focus();
  return missing.length === 0;
}

function say(item, wrong) {
  const name = `error-${item.dataset.code}`;
  document.getElementById(name)?.remove();
  item.classList.toggle("wrong", wrong);
  const described = item.matches("fieldset") ? item : item.querySelector("input, textarea, select");
  const others = (described.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== name);
  if (wrong) {
    const error = document.createElement("p");
    error.id = name;
    error.className = "error";
    error.textContent = item.dataset.missing;
    item.querySelector(".options, input, textarea, select").before(error);
    others.push(name);
  }
  if (others.length) described.setAttribute("aria-describedby", others.join(" "));
  else described.removeAttribute("aria-describedby");
}

addEventListener("popstate", (event) => {
  if (event.state) show(byCode(event.state.at) ?? available()[0]);
});
form.addEventListener("routed", refresh);

// A link of the error summary leads into a section that may not be the one shown.
document.getElementById("summary")?.addEventListener("click", (event) => {
  const target = document.getElementById(event.target.closest("a")?.hash.slice(1));
  if (target) show(target.closest(".part"));
});

function byCode(code) {
  return parts.find((part) => part.dataset.code === code && !("off" in part.dataset));
}

const wrong = form.querySelector(".item.wrong");
show(wrong?.closest(".part") ?? byCode(history.state?.at) ?? byCode(at.value) ?? available()[0]);
