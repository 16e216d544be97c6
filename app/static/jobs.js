// The page of a job asks every two seconds how far it is, and is opened anew when the job has ended.

const EVERY = 2_000;

const job = document.getElementById("job");
const said = document.getElementById("job-state");
const steps = document.getElementById("job-steps");
const bar = document.getElementById("job-bar");

// Written only where it changes: a screen reader reads the state out when it does.
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

async function ask() {
  try {
    const answer = await fetch(job.dataset.state, { cache: "no-store", redirect: "error" });
    if (!answer.ok) throw new Error(answer.status);
    const now = await answer.json();
    if (now.ended) return location.reload();
    write(said, now.said);
    write(steps, now.steps);
    if (now.share === null) bar.removeAttribute("value");
    else bar.value = now.share;
  } catch {
    write(steps, job.dataset.lost);
  }
  setTimeout(ask, EVERY);
}

setTimeout(ask, EVERY);
