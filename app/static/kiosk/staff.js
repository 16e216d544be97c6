// What staff see behind their code: how many answers wait on this tablet, and the ways out.

import { forgetDevice } from "./device.js";
import { ExitTries } from "./exit_code.js";
import { downloadQueue } from "./queue_export.js";

export class StaffDesk {
  /** When the server last heard of this tablet, as Date; null before. */
  heard = null;
  #hooks;
  #tries = new ExitTries();
  #dialog = null;

  /** `device`, `queue`, `offline` give what is known now; `home` is where a tablet is paired. */
  constructor(hooks) {
    this.#hooks = hooks;
  }

  /** Ask for the code. The dialog may be a new copy each time. */
  open(dialog) {
    if (this.#dialog !== dialog) {
      this.#dialog = dialog;
      const form = dialog.querySelector("[data-ask]");
      form.addEventListener("submit", (event) => (event.preventDefault(), this.#enter(form)));
      dialog.addEventListener("click", (event) => this.#act(event.target.closest("[data-do]")?.dataset.do));
      dialog.addEventListener("close", () => this.#lock());
    }
    this.#lock();
    dialog.showModal();
    dialog.querySelector("input").focus();
  }

  /** Show the figures as they stand, where the panel is open. */
  async refresh() {
    if (!this.#dialog?.open || this.#panel.hidden || !this.#hooks.queue()) return;
    const standing = await this.#hooks.queue().standing();
    const when = (moment) => (moment ? new Date(moment).toLocaleString(document.documentElement.lang) : "–");
    const facts = {
      name: this.#hooks.device().name,
      waiting: standing.waiting,
      refused: standing.refused,
      oldest: when(standing.oldest),
      heard: when(this.heard),
    };
    for (const [name, fact] of Object.entries(facts)) {
      this.#panel.querySelector(`[data-fact="${name}"]`).textContent = fact;
    }
    this.#panel.querySelector("[data-warning=persisted]").hidden = standing.persisted;
  }

  get #panel() {
    return this.#dialog.querySelector("[data-panel]");
  }

  #lock() {
    const form = this.#dialog.querySelector("[data-ask]");
    form.reset();
    form.querySelector(".error").textContent = "";
    this.#panel.querySelector("[data-said]").textContent = "";
    form.hidden = false;
    this.#panel.hidden = true;
  }

  #enter(form) {
    const input = form.querySelector("input");
    const error = form.querySelector(".error");
    const result = this.#tries.try(input.value, this.#hooks.device().exit_code);
    input.value = "";
    if (result !== "right") {
      error.textContent = error.dataset[result];
      input.focus();
      return;
    }
    form.hidden = true;
    this.#panel.hidden = false;
    this.#panel.querySelector("button").focus();
    this.refresh();
  }

  async #act(name) {
    const queue = this.#hooks.queue();
    if (name === "flush" && queue) await queue.retryRefused();
    if (name === "export" && queue) await downloadQueue(queue);
    if (name === "window" && document.fullscreenElement) await document.exitFullscreen();
    if (name === "unpair") await this.#unpair(queue);
    await this.refresh();
  }

  // The answers would stay in the browser, but the next kiosk on this tablet might be another's.
  async #unpair(queue) {
    if (queue && (await queue.size()) > 0) {
      const said = this.#panel.querySelector("[data-said]");
      said.textContent = said.dataset.busy;
      return;
    }
    await forgetDevice();
    location.replace(this.#hooks.home);
  }
}
