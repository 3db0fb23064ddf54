// Approving what a service asks for, with a passkey. Without this script a person can read and decline.
import { call } from "/city.js";
import { answerOf, bytesOf, knownOf } from "/passkey.js";

const byId = (id) => document.getElementById(id);
const road = byId("approve-road");
const { request, notice } = road.dataset;
const [button, working, problem] = [byId("approve"), byId("working"), byId("share-problem")];

if (window.PublicKeyCredential) {
  road.hidden = false;
  button.addEventListener("click", approve);
}

async function approve() {
  problem.hidden = true;
  button.disabled = true;
  try {
    const asked = await call("POST", `/api/v1/share/${request}/challenge`, { notice });
    const credential = await navigator.credentials.get({
      publicKey: {
        ...asked,
        challenge: bytesOf(asked.challenge),
        allowCredentials: knownOf(asked.allowCredentials),
      },
    });
    working.hidden = false;
    const { address } = await call("POST", `/api/v1/share/${request}/approval`, {
      notice,
      credential: answerOf(credential),
    });
    location.assign(address);
  } catch (failed) {
    working.hidden = true;
    button.disabled = false;
    // Who closes the browser's own window knows that they did.
    if (failed.name === "AbortError") return;
    problem.textContent = failed.code ? failed.message : byId("share-failed").textContent;
    problem.hidden = false;
    button.focus();
  }
}
