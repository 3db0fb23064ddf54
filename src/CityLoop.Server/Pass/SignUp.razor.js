// A pass with a passkey alone. Without this script the page says which other road there is.
import { call } from "/city.js";
import { answerOf, bytesOf } from "/passkey.js";

const button = document.getElementById("sign-up");
const problem = document.getElementById("sign-up-problem");

if (window.PublicKeyCredential) {
  document.getElementById("sign-up-road").hidden = false;
  document.getElementById("sign-up-not-here").hidden = true;
  button.addEventListener("click", signUp);
}

async function signUp() {
  problem.hidden = true;
  button.disabled = true;
  try {
    const offer = await call("POST", "/api/v1/sign-up/passkey/offer");
    const credential = await navigator.credentials.create({
      publicKey: {
        ...offer,
        challenge: bytesOf(offer.challenge),
        user: { ...offer.user, id: bytesOf(offer.user.id) },
        excludeCredentials: [],
      },
    });
    const { address } = await call("POST", "/api/v1/sign-up/passkey", { credential: answerOf(credential) });
    location.assign(address);
  } catch (failed) {
    if (failed.name !== "AbortError") problem.hidden = false;
    button.disabled = false;
  }
}
