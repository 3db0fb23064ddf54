// A service's program: asks for a proof, sends the person's browser, opens and verifies what comes back, asks again.
import { randomBytes } from "node:crypto";
import { SDJwtVcInstance } from "@sd-jwt/sd-jwt-vc";
import { compactDecrypt } from "jose";
import { run, visit } from "../../SignOn/clients/conversation.mjs";
import { algorithms, keyOf, verifierOf } from "./keys.mjs";

await run(async ({ issuer, clientId, secret, need, returnAddress, pkcs8, currentDate }) => {
  const authorization = `Basic ${Buffer.from(`${clientId}:${secret}`).toString("base64")}`;
  const start = async (fields) => {
    const answer = await fetch(`${issuer}/api/v1/credentials/requests`, {
      method: "POST", headers: { authorization }, body: new URLSearchParams(fields),
    });
    return answer.json();
  };
  const answerOf = ({ request, code }) =>
    fetch(`${issuer}/api/v1/credentials/requests/${request}/answer?code=${code}`, { headers: { authorization } });
  const open = async (sealed) => JSON.parse(new TextDecoder().decode((await compactDecrypt(sealed, keyOf(pkcs8), {
    keyManagementAlgorithms: ["ECDH-ES"], contentEncryptionAlgorithms: ["A256GCM"],
  })).plaintext));

  /** Verifies a presentation by what the office itself publishes. */
  const verify = async (presentation, nonce) => {
    const claims = JSON.parse(Buffer.from(presentation.split(".")[1], "base64url"));
    const office = new URL(claims.iss);
    const published = await (await fetch(`${office.origin}/.well-known/jwt-vc-issuer${office.pathname}`)).json();
    const { kid } = JSON.parse(Buffer.from(presentation.split(".")[0], "base64url"));
    const verifier = verifierOf(published.jwks.keys.find((key) => key.kid === kid));
    const reader = new SDJwtVcInstance({
      ...algorithms, verifier, statusVerifier: verifier,
      statusListFetcher: async (list) => (await fetch(list)).text(),
      kbVerifier: (text, signature, payload) => verifierOf(payload.cnf.jwk)(text, signature),
    });
    try {
      const { payload, kb } = await reader.verify(presentation, { keyBindingNonce: nonce, currentDate });
      return { fields: payload, audience: kb.payload.aud, issuer: published.issuer };
    } catch (error) {
      return { refused: error.message };
    }
  };

  const nonce = randomBytes(16).toString("base64url");
  const asked = await start({ need, nonce, return_address: returnAddress, state: "row-7" });
  const back = await visit(asked.address);
  const came = Object.fromEntries(back.searchParams);
  const opened = await open(await (await answerOf(came)).text());
  const [type] = Object.keys(opened.vp_token);
  const [presentation] = opened.vp_token[type];
  const seen = await verify(presentation, nonce);

  const secondNonce = randomBytes(16).toString("base64url");
  const again = await start({ consent: opened.consent, nonce: secondNonce });
  const openedAgain = await open(await (await answerOf(again)).text());
  const [presentedAgain] = openedAgain.vp_token[type];
  const seenAgain = await verify(presentedAgain, secondNonce);

  // The test takes the consent back here, as the person.
  await visit(`${issuer}/me/proofs`);
  return {
    state: came.state, types: Object.keys(opened.vp_token), presentation, seen, seenAgain,
    sameHolder: JSON.stringify(seen.fields?.cnf) === JSON.stringify(seenAgain.fields?.cnf),
    twice: (await (await answerOf(came)).json()).code,
    revoked: (await start({ consent: opened.consent, nonce: randomBytes(16).toString("base64url") })).code,
    after: await verify(presentation, nonce),
  };
});
