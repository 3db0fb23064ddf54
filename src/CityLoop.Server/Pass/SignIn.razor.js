// The passkey road of the sign-in page. Without this script the page shows the code road alone.
import { call } from "/city.js";
import { answerOf, bytesOf, knownOf } from "/passkey.js";

const road = document.getElementById("passkey-road");
const button = document.getElementById("passkey");
const problem = document.getElementById("passkey-problem");

if (window.PublicKeyCredential) {
  road.hidden = false;
  // One primary action on the screen: the code is the quiet road now.
  document.getElementById("send-code").classList.add("quiet");
  button.addEventListener("click", signIn);
}

async function signIn() {
  problem.hidden = true;
  button.disabled = true;
  try {
    const asked = await call("POST", "/api/v1/sign-in/passkey/challenge");
    const credential = await navigator.credentials.get({
      publicKey: {
        ...asked,
        challenge: bytesOf(asked.challenge),
        allowCredentials: knownOf(asked.allowCredentials),
      },
    });
    const { address } = await call("POST", "/api/v1/sign-in/passkey", {
      credential: answerOf(credential),
      returnUrl: road.dataset.back,
    });
    location.assign(address);
  } catch (failed) {
    // Who closes the browser's own window knows that they did.
    if (failed.name !== "AbortError") problem.hidden = false;
    button.disabled = false;
  }
}
