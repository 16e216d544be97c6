// One answer sheet on its way to the server, and what the reply means.

const PATIENCE = 20_000; // ms; a server that takes longer is taken for absent
const HAS_IT = new Set(["stored", "already", "conflict", "repeat"]);
// Asks to come again, or means something between us and the server: no refusal of the answers.
const COME_AGAIN = new Set([401, 403, 407, 408, 421, 425, 429]);

/**
 * Send an entry. Gives {result, ...}:
 * "arrived": the server keeps these answers;
 * "refused": it never will ({problem, status});
 * "trouble": it was reached and could not ({status});
 * "absent": nothing of ours answered.
 * Only a reply in our own words counts: the sign-in page of a guest network answers 200 to everything.
 */
export async function send(entry) {
  let reply;
  let said = null;
  try {
    reply = await fetch(`/r/${encodeURIComponent(entry.collector)}/responses`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(entry.submission),
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
      signal: AbortSignal.timeout?.(PATIENCE),
    });
    if (reply.headers.get("Content-Type")?.startsWith("application/json")) said = await reply.json();
  } catch {
    return { result: "absent" };
  }
  const status = reply.status;
  if ((reply.ok || status === 409) && HAS_IT.has(said?.status)) {
    return { result: "arrived" };
  }
  if (status >= 400 && status < 500 && !COME_AGAIN.has(status) && typeof said?.problem === "string") {
    return { result: "refused", status, problem: said.problem };
  }
  return status >= 500 || status === 429 ? { result: "trouble", status } : { result: "absent" };
}
