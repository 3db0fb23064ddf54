// Makes a passkey for the person who is signed in.
import { call } from "/city.js";
import { answerOf, bytesOf, knownOf } from "/passkey.js";

const road = document.getElementById("add-passkey-road");
const button = document.getElementById("add-passkey");
const problem = document.getElementById("add-passkey-problem");

if (window.PublicKeyCredential) {
  road.hidden = false;
  button?.addEventListener("click", add);
}

async function add() {
  problem.hidden = true;
  button.disabled = true;
  try {
    const offer = await call("POST", "/api/v1/me/passkeys/offer");
    const credential = await navigator.credentials.create({
      publicKey: {
        ...offer,
        challenge: bytesOf(offer.challenge),
        user: { ...offer.user, id: bytesOf(offer.user.id) },
        excludeCredentials: knownOf(offer.excludeCredentials),
      },
    });
    await call("POST", "/api/v1/me/passkeys", { credential: answerOf(credential) });
    location.assign(road.dataset.then);
  } catch (failed) {
    // The page has been open for a while: a fresh sign-in comes first.
    if (failed.code === "sign_in_again") return location.assign(road.dataset.again);
    if (failed.name !== "AbortError") problem.hidden = false;
    button.disabled = false;
  }
}
