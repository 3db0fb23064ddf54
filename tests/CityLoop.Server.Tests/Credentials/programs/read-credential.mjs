// Reads a presentation as a service with somebody else's library would: signature, key binding, status.
import { SDJwtVcInstance } from "@sd-jwt/sd-jwt-vc";
import { run } from "../../SignOn/clients/conversation.mjs";
import { algorithms, verifierOf } from "./keys.mjs";

await run(async ({ presentation, keys, nonce, statusList, currentDate }) => {
  const header = JSON.parse(Buffer.from(presentation.split(".")[0], "base64url"));
  const office = verifierOf(keys.find((key) => key.kid === header.kid) ?? keys[0]);
  const reader = new SDJwtVcInstance({
    ...algorithms,
    verifier: office,
    statusVerifier: office,
    ...(statusList ? { statusListFetcher: async () => statusList } : {}),
    kbVerifier: (text, signature, payload) => verifierOf(payload.cnf.jwk)(text, signature),
  });
  try {
    const { payload, kb } = await reader.verify(presentation, { keyBindingNonce: nonce, currentDate });
    return { fields: payload, audience: kb.payload.aud, typ: header.typ };
  } catch (error) {
    return { refused: error.message };
  }
});
