// Keeps the pay code fresh, counts down, and goes to the receipt once the till has charged it.
import { call } from "/city.js";

const page = document.getElementById("pay-code");
const byId = (id) => document.getElementById(id);
let endsAt = performance.now() + Number(page.dataset.seconds) * 1000;
let isAsking = false;

async function renew() {
  if (isAsking) return;
  isAsking = true;
  try {
    const code = await call("GET", "/api/v1/wallet/code");
    const isThere = code.groups !== null;
    byId("code").hidden = byId("digits").hidden = !isThere;
    byId("used").hidden = isThere;
    if (isThere) {
      byId("code-path").setAttribute("d", code.path);
      byId("code-path").parentElement.setAttribute("viewBox", `0 0 ${code.size} ${code.size}`);
      byId("digits").textContent = code.groups;
    }
    endsAt = performance.now() + code.secondsLeft * 1000;
    byId("offline").hidden = true;
  } catch {
    // The old code is good for half a minute more; then it is better to show none.
    byId("offline").hidden = false;
    byId("code").hidden = byId("digits").hidden = true;
    endsAt = performance.now() + 5000;
  } finally {
    isAsking = false;
  }
}

function tick() {
  const left = Math.ceil((endsAt - performance.now()) / 1000);
  byId("seconds").textContent = String(Math.max(left, 0));
  byId("left").value = Math.max(left, 0);
  if (left <= 0) renew();
}

setInterval(tick, 500);
// A phone that was in a pocket comes back with an old code.
document.addEventListener("visibilitychange", () => { if (!document.hidden) renew(); });

// From the entry as of which the page was drawn: what comes before the stream is open is told by it all the same.
function follow() {
  const events = new EventSource(`/api/v1/wallet/events?after=${page.dataset.after}`);
  events.addEventListener("movement", (event) => {
    const movement = JSON.parse(event.data);
    if (movement.kind !== "pay") return;
    events.close();
    navigator.vibrate?.(200);
    location.assign(`${movement.receipt}?paid=1`);
  });
  // A browser comes back by itself when the line breaks, and never when it was refused: too many windows, a full city.
  events.addEventListener("error", () => {
    if (events.readyState === EventSource.CLOSED) setTimeout(follow, 2000 + Math.random() * 4000);
  });
}

follow();

navigator.wakeLock?.request("screen").catch(() => {});
