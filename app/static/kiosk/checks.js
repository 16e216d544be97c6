// Is this answer fit to be sent? The same rules as surveys/validation.py, whose limits and sentences the form
// carries in `data-rules`; a required item carries its sentence itself.

import { answered } from "./answers.js";

const NUMBER = /^[+-]?(\d{1,40})(?:[.,](\d{1,15}))?$/;

/** The sentence for what is wrong with an item, or null. */
export function problemOf(item, rule) {
  const control = item.querySelector("input, textarea, select");
  // A date that was begun and not finished reads as empty; it is not meant to be left out.
  if (control.type === "date" && control.validity.badInput) return rule.say.not_a_date;
  if (!answered(item)) return item.dataset.missing ?? null;
  if (!rule) return null;
  if (control.type === "checkbox") return choices(item, rule);
  if (control.type === "date") return day(control.value, rule);
  if (control.inputMode === "decimal") return number(control.value.trim(), rule);
  return null;
}

/** Keep what can be kept from going wrong at all. */
export function limit(form, rules) {
  for (const [code, rule] of Object.entries(rules)) {
    const control = form.querySelector(`.item[data-code="${code}"]`).querySelector("input, textarea, select");
    if (control.matches("textarea")) control.maxLength = rule.most;
  }
}

function choices(item, rule) {
  const chosen = [...item.querySelectorAll("input:checked")].map((one) => one.value);
  const alone = chosen.find((code) => code in rule.alone);
  if (alone !== undefined && chosen.length > 1) return rule.alone[alone];
  return rule.most !== undefined && chosen.length > rule.most ? rule.say.too_many_values : null;
}

function day(text, rule) {
  const year = Number(text.split("-")[0]);
  return year < rule.least || year > rule.most ? rule.say.not_a_date : null;
}

function number(text, rule) {
  const match = NUMBER.exec(text);
  if (!match) return rule.say.not_a_number;
  const [, whole, decimals = ""] = match;
  if (decimals.length === 3 && whole.length <= 3 && /[1-9]/.test(whole)) return rule.say.ambiguous_number;
  const value = Number(text.replace(",", "."));
  if (value > rule.most) return rule.say.too_large;
  return value < rule.least ? rule.say.too_small : null;
}
