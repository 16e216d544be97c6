// The receipt of a response: made from its id as app/services/responding.py makes it, so that a citizen who
// answers without a network gets it at once.

import { sha256 } from "./sha256.js";

const SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ";

/** The code for this id, such as 7KQ4-M2XD. */
export function receiptOf(id) {
  let number = 0n;
  for (const byte of sha256(new TextEncoder().encode(`hailong receipt ${id}`))) number = number * 256n + BigInt(byte);
  let code = "";
  for (let place = 0; place < 8; place++) {
    code += SIGNS[Number(number % BigInt(SIGNS.length))];
    number /= BigInt(SIGNS.length);
  }
  return `${code.slice(0, 4)}-${code.slice(4)}`;
}
