// Paper forms by keyboard: Enter goes on, Backspace in an empty line goes back, keys are read as boxes at once,
// and questions that do not apply are passed over by the rules of routing.js. The server decides in the end.

import { holds } from "./routing.js";

const form = document.getElementById("paper");
const save = document.getElementById("save");
const fields = [...form.querySelectorAll(".key")];
const conditions = new Map(
  [...form.querySelectorAll("[data-condition]")].map((part) => [part, JSON.parse(part.dataset.condition)]),
);

const lineOf = (field) => field.closest(".line");
const boxesOf = (line) => [...line.querySelectorAll("[data-key]")];

function signs(field) {
  const text = field.value.trim().toLowerCase();
  if (!text) return [];
  return lineOf(field).dataset.type === "multi" ? text.split(/[\s,;]+/) : [text];
}

// A key wins over a code, as on the server.
function boxFor(line, sign) {
  const boxes = boxesOf(line);
  return (
    boxes.find((box) => box.dataset.key.toLowerCase() === sign) ??
    boxes.find((box) => box.dataset.code.toLowerCase() === sign)
  );
}

// Marks the boxes that were typed; false where a sign is none of them.
function read(field) {
  const line = lineOf(field);
  const boxes = boxesOf(line);
  if (!boxes.length) return true;
  const found = signs(field).map((sign) => boxFor(line, sign));
  for (const box of boxes) box.classList.toggle("on", found.includes(box));
  return found.every(Boolean);
}

function say(field, wrong) {
  const line = lineOf(field);
  const said = line.querySelector(".error");
  if (!said) return;
  said.textContent = wrong ? form.dataset.unknown : "";
  line.classList.toggle("wrong", wrong);
  if (wrong) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
}

// What conditions see: codes of boxes that are answers, or the text.
function answer(field) {
  const line = lineOf(field);
  if (!boxesOf(line).length) return field.value.trim().replace(",", ".") || undefined;
  const codes = signs(field)
    .map((sign) => boxFor(line, sign))
    .filter((box) => box && !("void" in box.dataset))
    .map((box) => box.dataset.code);
  if (!codes.length) return undefined;
  return line.dataset.type === "multi" ? codes : codes[0];
}

function route() {
  const answers = new Map();
  const asked = (part) => !conditions.has(part) || holds(conditions.get(part), answers);
  for (const part of form.querySelectorAll(".part")) {
    const partAsked = asked(part);
    let empty = true;
    for (const line of part.querySelectorAll(".line")) {
      line.hidden = !(partAsked && asked(line));
      if (line.hidden) continue;
      empty = false;
      const given = answer(line.querySelector(".key"));
      if (given !== undefined) answers.set(line.dataset.code, given);
    }
    part.hidden = empty;
  }
}

function neighbour(field, step) {
  const open = fields.filter((one) => !lineOf(one).hidden);
  return open[open.indexOf(field) + step];
}

function go(field) {
  (field ?? save).focus();
  field?.select?.();
}

form.addEventListener("keydown", (event) => {
  const field = event.target;
  if (!field.classList.contains("key") || event.isComposing) return;
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    const right = read(field);
    say(field, !right);
    if (right && !(field.name === "_number" && !field.value.trim())) go(neighbour(field, 1));
  } else if (event.key === "Backspace" && field.value === "") {
    const before = neighbour(field, -1);
    if (!before) return;
    event.preventDefault();
    go(before);
  }
});

form.addEventListener("input", (event) => {
  const field = event.target;
  if (read(field)) say(field, false);
  route();
});

save.addEventListener("keydown", (event) => {
  if (event.key !== "Backspace") return;
  event.preventDefault();
  go(fields.filter((one) => !lineOf(one).hidden).at(-1));
});

for (const field of fields) read(field);
route();
go(form.querySelector("[aria-invalid]") ?? fields[0]);
