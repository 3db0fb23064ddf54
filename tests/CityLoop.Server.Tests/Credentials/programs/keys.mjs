// What the library wants to be told about hashing, salts and signatures: Node's own, ES256.
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign, verify } from "node:crypto";

/** A new P-256 key. */
export function newKey() {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { privateKey, jwk: publicKey.export({ format: "jwk" }) };
}

export const keyOf = (pkcs8) =>
  createPrivateKey({ key: Buffer.from(pkcs8, "base64"), format: "der", type: "pkcs8" });

export const hasher = (text, algorithm) =>
  new Uint8Array(createHash(algorithm.replaceAll("-", "")).update(text).digest());

export const saltGenerator = (length) => randomBytes(length).toString("base64url");

export const signerOf = (privateKey) => async (text) =>
  sign("sha256", Buffer.from(text), { key: privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url");

export const verifierOf = (jwk) => async (text, signature) =>
  verify("sha256", Buffer.from(text), {
    key: createPublicKey({ key: jwk, format: "jwk" }), dsaEncoding: "ieee-p1363",
  }, Buffer.from(signature, "base64url"));

/** All that an issuer, a holder or a reader needs. */
export const algorithms = { hasher, hashAlg: "sha-256", saltGenerator, signAlg: "ES256", kbSignAlg: "ES256" };
