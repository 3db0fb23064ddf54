// Issues a credential and shows it, both with somebody else's library.
import { SDJwtVcInstance } from "@sd-jwt/sd-jwt-vc";
import { StatusList, createHeaderAndPayload } from "@sd-jwt/jwt-status-list";
import { SignJWT } from "jose";
import { run } from "../../SignOn/clients/conversation.mjs";
import { algorithms, keyOf, newKey, signerOf } from "./keys.mjs";

await run(async ({ issuer, vct, audience, nonce, iat, holder }) => {
  const [office, own] = [newKey(), newKey()];
  const holderKey = holder ? keyOf(holder.pkcs8) : own.privateKey;
  const library = new SDJwtVcInstance({
    ...algorithms, signer: signerOf(office.privateKey), kbSigner: signerOf(holderKey),
  });
  const list = `${issuer}/status/1`;
  const issued = await library.issue(
    {
      iss: issuer, vct, iat, exp: iat + 86_400, cnf: { jwk: holder?.jwk ?? own.jwk },
      status: { status_list: { idx: 7, uri: list } }, category: 3, until: "2027-06-30",
    },
    { _sd: ["category", "until"], _sd_decoy: 2 },
    { header: { kid: "theirs" } });
  const presentation = await library.present(
    issued, { category: true }, { kb: { payload: { iat, aud: audience, nonce } } });

  const statusOf = async (places) => {
    const { header, payload } = createHeaderAndPayload(
      new StatusList(places, 1), { iss: issuer, sub: list, iat, exp: iat + 3_600 },
      { alg: "ES256", typ: "statuslist+jwt", kid: "theirs" });
    return new SignJWT(payload).setProtectedHeader(header).sign(office.privateKey);
  };
  const places = new Array(64).fill(0);
  const good = await statusOf(places);
  places[7] = 1;
  return { issued, presentation, key: { ...office.jwk, kid: "theirs" }, good, revoked: await statusOf(places) };
});
