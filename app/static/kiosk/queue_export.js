// The queue as a file: for the day on which a tablet cannot reach the server any more.
//
// The office takes the file in (page "Unsent answers", or `hailong import-queue FILE`), each answer once, however
// often it comes and by whichever way. Exporting removes nothing.

import { sha256 } from "./sha256.js";

const FORMAT = "hailong-queue";
const VERSION = 1;

/** The file's content and name. The device's token becomes its hash: a file on a stick must not open a kiosk. */
export async function exportQueue(queue, now = new Date()) {
  const entries = (await queue.all()).map(withoutToken);
  const content = { format: FORMAT, version: VERSION, exported: now.toISOString(), entries };
  const name = `hailong-queue-${now.toISOString().slice(0, 19).replace(/[-:]/g, "")}.json`;
  return { name, text: `${JSON.stringify(content, null, 1)}\n`, count: entries.length };
}

/** Offer the file as a download; gives the number of answers in it. */
export async function downloadQueue(queue) {
  const { name, text, count } = await exportQueue(queue);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  return count;
}

function withoutToken({ collector, put, state, status, problem, submission }) {
  const { device, ...sheet } = submission;
  if (device) sheet.device_sha256 = hex(sha256(new TextEncoder().encode(device)));
  return { collector, put, state, status, problem, submission: sheet };
}

function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
