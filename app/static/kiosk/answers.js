// The answers in the form: taken out for another language, put in again, and made ready to be sent.

import { given } from "../routing.js";

const controls = (item) => [...item.querySelectorAll("input, textarea, select")];
const isChoice = (control) => control.type === "radio" || control.type === "checkbox";

/** Item code to the list of its texts, hidden items too. */
export function read(form) {
  const answers = new Map();
  for (const item of form.querySelectorAll(".item")) {
    const values = controls(item)
      .filter((control) => !isChoice(control) || control.checked)
      .map((control) => control.value)
      .filter((value) => value !== "");
    if (values.length) answers.set(item.dataset.code, values);
  }
  return answers;
}

/** Put answers of `read` into a form of the same instrument, whatever its language. */
export function fill(form, answers) {
  for (const item of form.querySelectorAll(".item")) {
    const values = answers.get(item.dataset.code) ?? [];
    for (const control of controls(item)) {
      if (isChoice(control)) control.checked = values.includes(control.value);
      else control.value = values[0] ?? "";
    }
  }
}

/** Leave an item out. */
export function clear(item) {
  for (const control of controls(item)) {
    if (isChoice(control)) control.checked = false;
    else control.value = "";
  }
}

/** Whether anything was answered that is not hidden. */
export const answered = (item) => given(item) !== undefined;

/** What is sent: item code to code or text, a multi item to the list of its codes; hidden items are left out. */
export function ready(form) {
  const answers = {};
  for (const [code, values] of read(form)) {
    const item = form.querySelector(`.item[data-code="${code}"]`);
    if (item.hidden) continue;
    const several = controls(item)[0].type === "checkbox";
    const texts = values.map((value) => value.normalize("NFC").trim()).filter((value) => value);
    if (texts.length) answers[code] = several ? texts : texts[0];
  }
  return answers;
}
