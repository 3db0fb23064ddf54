// Opens what the city sealed with jose, and seals something for the city.
import { CompactEncrypt, compactDecrypt, importJWK } from "jose";
import { run } from "../../SignOn/clients/conversation.mjs";
import { keyOf } from "./keys.mjs";

await run(async ({ token, pkcs8, jwk, text }) => {
  const { plaintext, protectedHeader } = await compactDecrypt(token, keyOf(pkcs8), {
    keyManagementAlgorithms: ["ECDH-ES"], contentEncryptionAlgorithms: ["A256GCM"],
  });
  const seal = (header) => new CompactEncrypt(new TextEncoder().encode(text)).setProtectedHeader(header);
  const key = await importJWK(jwk, "ECDH-ES");
  const parties = { apu: Buffer.from("Alice"), apv: Buffer.from("Bob") };
  return {
    opened: new TextDecoder().decode(plaintext),
    cty: protectedHeader.cty,
    sealed: await seal({ alg: "ECDH-ES", enc: "A256GCM" }).encrypt(key),
    withParties: await seal({ alg: "ECDH-ES", enc: "A256GCM" }).setKeyManagementParameters(parties).encrypt(key),
    other: await seal({ alg: "ECDH-ES", enc: "A128GCM" }).encrypt(key),
    wrapped: await seal({ alg: "ECDH-ES+A256KW", enc: "A256GCM" }).encrypt(key),
  };
});
