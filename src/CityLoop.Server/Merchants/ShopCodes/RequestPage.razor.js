// Waits until the payment that the till asks for is made, and then shows it as the server tells it.
import { chime } from "/city.js";

const page = document.getElementById("request");
const loaded = "request.paid";

if (document.getElementById("waiting")) {
  const follow = () => {
    const events = new EventSource(`/api/v1/till/requests/${page.dataset.id}/events`);
    events.addEventListener("paid", () => {
      events.close();
      sessionStorage.setItem(loaded, page.dataset.id);
      location.reload();
    });
    // A browser comes back by itself when the line breaks, and never when it was refused.
    events.addEventListener("error", () => {
      if (events.readyState === EventSource.CLOSED) setTimeout(follow, 2000 + Math.random() * 4000);
    });
  };
  follow();
  navigator.wakeLock?.request("screen").catch(() => {});
} else if (sessionStorage.getItem(loaded) === page.dataset.id) {
  sessionStorage.removeItem(loaded);
  chime();
}
