// Has the citizen gone? After some seconds without a touch they are asked, and have 20 more to answer.

const GRACE = 20; // seconds; WCAG 2.2.1 asks for no less
const SIGNS = ["pointerdown", "pointermove", "keydown", "wheel", "touchmove", "input"];

/**
 * Watches the whole page. `seconds()` says how long to wait, `watched()` whether anybody is to be missed at all;
 * `warn(left)` is called each second of the 20, `resume()` when someone is there again, `leave()` when nobody is.
 */
export class IdleWatch {
  #last = Date.now();
  #warned = false;
  #hooks;

  constructor(hooks) {
    this.#hooks = hooks;
    for (const sign of SIGNS) addEventListener(sign, () => this.#warned || this.touch(), { passive: true, capture: true });
    setInterval(() => this.#look(), 1000);
    // A tablet that slept has not counted; the clock has.
    document.addEventListener("visibilitychange", () => document.hidden || this.#look());
  }

  /** Someone is there. While the warning stands, only its button says so. */
  touch() {
    this.#last = Date.now();
    if (!this.#warned) return;
    this.#warned = false;
    this.#hooks.resume();
  }

  #look() {
    if (!this.#hooks.watched()) {
      this.touch();
      return;
    }
    const left = Math.ceil(this.#hooks.seconds() + GRACE - (Date.now() - this.#last) / 1000);
    if (left > GRACE) return;
    if (left > 0) {
      this.#warned = true;
      this.#hooks.warn(left);
    } else {
      this.touch();
      this.#hooks.leave();
    }
  }
}
