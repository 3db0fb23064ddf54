// Keeps the code at the counter fresh.
import { call } from "/city.js";

const ticket = document.getElementById("ticket");
const picture = document.querySelector("#code svg");
const offline = document.getElementById("offline");
let endsAt = performance.now() + Number(ticket.dataset.seconds) * 1000;
let isAsking = false;

async function renew() {
  if (isAsking) return;
  isAsking = true;
  try {
    const code = await call("GET", `/api/v1/me/proofs/${ticket.dataset.consent}/code`);
    picture.firstElementChild.setAttribute("d", code.path);
    picture.setAttribute("viewBox", `0 0 ${code.size} ${code.size}`);
    endsAt = performance.now() + code.secondsLeft * 1000;
    offline.hidden = true;
  } catch {
    // An old code is refused at the counter: it is better to say so here.
    offline.hidden = false;
    endsAt = performance.now() + 5000;
  } finally {
    isAsking = false;
  }
}

setInterval(() => { if (performance.now() >= endsAt) renew(); }, 500);
// A phone that was in a pocket comes back with an old code.
document.addEventListener("visibilitychange", () => { if (!document.hidden) renew(); });
navigator.wakeLock?.request("screen").catch(() => {});
