// Reads a presentation as a service with somebody else's library would, looking everything up at the city: the office's
// keys by the address in the credential, the type's metadata, and the status list.
import { SDJwtVcInstance } from "@sd-jwt/sd-jwt-vc";
import { run } from "../../SignOn/clients/conversation.mjs";
import { algorithms, verifierOf } from "./keys.mjs";

const partOf = (token, part) => JSON.parse(Buffer.from(token.split(".")[part], "base64url"));

await run(async ({ presentation, nonce, currentDate }) => {
  const issuer = new URL(partOf(presentation, 1).iss);
  const metadata = await (await fetch(`${issuer.origin}/.well-known/jwt-vc-issuer${issuer.pathname}`)).json();
  if (metadata.issuer !== issuer.href) throw new Error(`Another issuer: ${metadata.issuer}`);
  const keyIn = (set, token) => set.keys.find((key) => key.kid === partOf(token, 0).kid);
  const reader = new SDJwtVcInstance({
    ...algorithms,
    loadTypeMetadataFormat: true,
    verifier: (text, signature) => verifierOf(keyIn(metadata.jwks, text))(text, signature),
    statusVerifier: (text, signature) => verifierOf(keyIn(metadata.status_jwks, text))(text, signature),
    kbVerifier: (text, signature, payload) => verifierOf(payload.cnf.jwk)(text, signature),
  });
  try {
    const { payload, typeMetadata } = await reader.verify(presentation, { keyBindingNonce: nonce, currentDate });
    return { fields: payload, type: typeMetadata?.mergedTypeMetadata ?? typeMetadata };
  } catch (error) {
    return { refused: error.message };
  }
});
