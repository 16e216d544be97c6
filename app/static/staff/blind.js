// Blind signatures by RFC 9474 (RSABSSA-SHA384-PSS-Deterministic), the browser's side.
//
// `blind` makes a random message and hides it; `unblind` takes the cover off what was signed and checks it. All
// numbers travel as hexadecimal digits.

const EXPONENT = 65537n;
const SALT = 48;

export const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const toNumber = (bytes) => BigInt(`0x${toHex(bytes)}`);
const digits = (number, length) => number.toString(16).padStart(length, "0");
const random = (length) => crypto.getRandomValues(new Uint8Array(length));

async function sha384(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return new Uint8Array(await crypto.subtle.digest("SHA-384", whole));
}

function power(base, exponent, modulus) {
  let result = 1n;
  for (let rest = exponent, square = base % modulus; rest; rest >>= 1n, square = (square * square) % modulus) {
    if (rest & 1n) result = (result * square) % modulus;
  }
  return result;
}

function inverse(number, modulus) {
  let [a, b, x, y] = [number % modulus, modulus, 1n, 0n];
  while (b) [a, b, x, y] = [b, a % b, y, x - (a / b) * y];
  if (a !== 1n) throw new Error("The number has no inverse.");
  return ((x % modulus) + modulus) % modulus;
}

function below(modulus, bytes) {
  for (;;) {
    const drawn = toNumber(random(bytes));
    if (drawn > 1n && drawn < modulus) return drawn;
  }
}

// EMSA-PSS-ENCODE of RFC 8017, section 9.1.1, for a modulus of a whole number of bytes.
async function encode(message, salt, bytes) {
  const digest = await sha384(new Uint8Array(8), await sha384(message), salt);
  const block = new Uint8Array(bytes - digest.length - 1);
  block[block.length - salt.length - 1] = 1;
  block.set(salt, block.length - salt.length);
  for (let at = 0, counter = 0; at < block.length; at += 48, counter += 1) {
    const mask = await sha384(digest, new Uint8Array([0, 0, 0, counter]));
    for (let one = 0; one < 48 && at + one < block.length; one += 1) block[at + one] ^= mask[one];
  }
  block[0] &= 0x7f;
  return Uint8Array.from([...block, ...digest, 0xbc]);
}

/** A new secret for a key: `{message, encoded, blinded, inverse}`, to be kept until the answers have arrived. */
export async function blind(modulusHex) {
  const modulus = BigInt(`0x${modulusHex}`);
  const message = random(32);
  const encoded = toNumber(await encode(message, random(SALT), modulusHex.length / 2));
  const factor = below(modulus, modulusHex.length / 2);
  const blinded = (encoded * power(factor, EXPONENT, modulus)) % modulus;
  return {
    message: toHex(message),
    encoded: digits(encoded, modulusHex.length),
    blinded: digits(blinded, modulusHex.length),
    inverse: digits(inverse(factor, modulus), modulusHex.length),
  };
}

/** The signature of the secret's message; null where what came back is no signature by this key. */
export function unblind(modulusHex, secret, signedHex) {
  const modulus = BigInt(`0x${modulusHex}`);
  const signature = (BigInt(`0x${signedHex}`) * BigInt(`0x${secret.inverse}`)) % modulus;
  if (power(signature, EXPONENT, modulus) !== BigInt(`0x${secret.encoded}`)) return null;
  return digits(signature, modulusHex.length);
}

/** A short name for a token under which this browser keeps its secret; nothing leads back from it. */
export async function nameOf(token) {
  return toHex(await sha384(new TextEncoder().encode(`hailong ${token}`))).slice(0, 24);
}

