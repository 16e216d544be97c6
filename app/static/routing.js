// Hides items that do not apply, by the same rules as surveys/routing.py; the server decides in the end.
//
// The answers of a hidden item are not sent, but they stay in the page, and the person is told beside the
// answer that hid them: choosing the earlier answer again brings them back.

const number = (text) => (/^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : null);
const equal = (answer, literal) => (typeof literal === "string" ? answer === literal : number(answer) === literal);
const relations = {
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};

export function holds([operator, ...terms], answers) {
  if (operator === "and") return terms.every((term) => holds(term, answers));
  if (operator === "or") return terms.some((term) => holds(term, answers));
  if (operator === "not") return !holds(terms[0], answers);
  const [item, ...literals] = terms;
  const answer = answers.get(item);
  if (answer === undefined) return false;
  if (Array.isArray(answer)) return operator === "contains" && answer.some((one) => equal(one, literals[0]));
  if (operator === "in") return literals.some((literal) => equal(answer, literal));
  if (operator === "contains") return false;
  const left = typeof literals[0] === "string" ? answer : number(answer);
  return left !== null && relations[operator](left, literals[0]);
}

// What the person said, hidden or not; `valid` leaves out options that stand for a missing answer.
export function given(item, valid) {
  const controls = [...item.querySelectorAll("input, textarea, select")];
  if (controls[0].type === "checkbox" || controls[0].type === "radio") {
    const chosen = controls.filter((one) => one.checked && !(valid && "void" in one.dataset));
    if (!chosen.length) return undefined;
    return controls[0].type === "radio" ? chosen[0].value : chosen.map((one) => one.value);
  }
  const text = controls[0].value.trim();
  return (controls[0].inputMode === "decimal" ? text.replace(",", ".") : text) || undefined;
}

/**
 * The routing of one form. `route` hides and shows, and gives the items that it hid although they had an answer;
 * `tell` says beside an item that those answers will be left out, `untell` takes that back.
 */
export function router(form) {
  const conditions = new Map(
    [...form.querySelectorAll("[data-condition]")].map((part) => [part, JSON.parse(part.dataset.condition)]),
  );
  const asked = (part, answers) => !conditions.has(part) || holds(conditions.get(part), answers);

  // Goes through the form in order and returns the items that were just hidden although they had an answer.
  function route() {
    const answers = new Map();
    const lost = [];
    for (const part of form.querySelectorAll(".part")) {
      const partAsked = asked(part, answers);
      let empty = true;
      for (const item of part.querySelectorAll(".item")) {
        const shown = partAsked && asked(item, answers);
        if (!shown && !item.hidden && given(item) !== undefined) lost.push(item);
        item.hidden = !shown;
        if (!shown) continue;
        empty = false;
        const answer = given(item, true);
        if (answer !== undefined) answers.set(item.dataset.code, answer);
      }
      part.toggleAttribute("data-off", empty);
    }
    form.dispatchEvent(new Event("routed"));
    return lost;
  }

  const told = document.createElement("div");
  told.className = "notice";
  told.hidden = true;
  // The notice moves to where it is needed; what a screen reader hears stays put, as live regions must.
  const spoken = document.createElement("div");
  spoken.className = "unseen";
  spoken.setAttribute("role", "status");
  form.prepend(spoken);

  function tell(lost, beside) {
    const list = document.createElement("ul");
    for (const item of lost) {
      const line = document.createElement("li");
      line.lang = document.documentElement.lang;
      line.textContent = item.querySelector("legend, label").textContent.trim();
      list.append(line);
    }
    const sentence = document.createElement("p");
    sentence.textContent = form.dataset.dropped;
    told.replaceChildren(sentence, list);
    told.hidden = false;
    beside.after(told);
    spoken.textContent = told.textContent;
  }

  function untell() {
    told.hidden = true;
    spoken.textContent = "";
  }

  return { route, tell, untell, isTold: (item) => !told.hidden && told.previousElementSibling === item };
}

const form = document.getElementById("answers");
if (form) {
  const { route, tell, untell, isTold } = router(form);

  form.addEventListener("change", (event) => {
    const item = event.target.closest(".item");
    const lost = route();
    if (lost.length) tell(lost, item);
    else if (isTold(item)) untell();
  });

  route();
  // A browser that goes back puts the answers in again after this ran. It passes over disabled controls, which
  // is why those of hidden items are left out at sending instead.
  addEventListener("pageshow", route);
  form.addEventListener("formdata", (event) => {
    for (const item of form.querySelectorAll(".item[hidden]")) event.formData.delete(item.dataset.code);
  });
}
