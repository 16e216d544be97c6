// The staff code, checked on the tablet itself so that it opens without a network too.

import { pbkdf2 } from "./sha256.js";

const ALLOWED = 5; // wrong tries, then a wait
const WAIT = 60_000; // ms

const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));

/** Whether `code` is the one whose hash is kept as `rounds$salt$hash` (app/services/devices.py). */
export function isExitCode(code, kept) {
  const [rounds, salt, hash] = kept.split("$");
  const made = pbkdf2(new TextEncoder().encode(code.trim()), bytes(salt), Number(rounds));
  return bytes(hash).every((byte, i) => byte === made[i]);
}

/** Tries at the code: "right", "wrong", or "wait" after too many; the right one forgives those before it. */
export class ExitTries {
  #wrong = 0;
  #until = 0;

  try(code, kept) {
    if (Date.now() < this.#until) return "wait";
    if (isExitCode(code, kept)) {
      this.#wrong = 0;
      return "right";
    }
    this.#wrong += 1;
    if (this.#wrong % ALLOWED) return "wrong";
    this.#until = Date.now() + WAIT;
    return "wait";
  }
}
