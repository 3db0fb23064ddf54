// A wallet: reads the city's request (OpenID for Verifiable Presentations), shows what is asked for with somebody else's
// library, and answers where it is told to.
import { SDJwtVcInstance } from "@sd-jwt/sd-jwt-vc";
import { run } from "../../SignOn/clients/conversation.mjs";
import { algorithms, keyOf, signerOf } from "./keys.mjs";

await run(async ({ link, issued, pkcs8, iat }) => {
  const asked = new URL(link).searchParams;
  const [reader, answerTo] = [asked.get("client_id"), asked.get("response_uri")];
  if (reader !== `redirect_uri:${answerTo}` || asked.get("response_mode") !== "direct_post"
    || asked.get("response_type") !== "vp_token"
    || !JSON.parse(asked.get("client_metadata")).vp_formats_supported["dc+sd-jwt"])
    throw new Error(`no request that a wallet answers: ${link}`);
  const [query] = JSON.parse(asked.get("dcql_query")).credentials;
  const library = new SDJwtVcInstance({ ...algorithms, kbSigner: signerOf(keyOf(pkcs8)) });
  const held = await library.decode(issued);
  if (query.format !== "dc+sd-jwt" || !query.meta.vct_values.includes(held.jwt.payload.vct))
    throw new Error("another credential is asked for");
  const shown = await library.present(
    issued, Object.fromEntries(query.claims.map(({ path: [name] }) => [name, true])),
    { kb: { payload: { iat, aud: reader, nonce: asked.get("nonce") } } });
  const answer = await fetch(answerTo, {
    method: "POST",
    body: new URLSearchParams({ vp_token: JSON.stringify({ [query.id]: [shown] }), state: asked.get("state") }),
  });
  return { status: answer.status, ...await answer.json() };
});
