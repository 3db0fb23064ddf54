// An office with a system of its own: it reads the city's signed request and issues with somebody else's library.
// The test says over standard input what its register holds and how it misbehaves.
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { SDJwtVcInstance } from "@sd-jwt/sd-jwt-vc";
import { createLocalJWKSet, jwtVerify } from "jose";
import { algorithms, newKey, signerOf } from "./keys.mjs";

const [own, stranger, otherHolder] = [newKey(), newKey(), newKey()];
let settings = { register: {}, mode: "good" };

const issue = async (asked, fields, mode) => {
  const salts = { "short-salt": () => randomBytes(15).toString("base64url"), "same-salt": () => "c2FsdHNhbHRzYWx0c2FsdA" };
  const library = new SDJwtVcInstance({
    ...algorithms, saltGenerator: salts[mode] ?? algorithms.saltGenerator, signer: signerOf((mode === "unregistered-key" ? stranger : own).privateKey),
  });
  const payload = { ...asked, iat: settings.now, ...fields };
  if (mode === "other-holder") payload.cnf = { jwk: otherHolder.jwk };
  if (mode === "other-type") payload.vct += "-x";
  if (mode === "other-place") payload.status.status_list.idx += 1;
  if (mode === "too-long") payload.exp += 86_400;
  if (mode === "unregistered-field") payload.shoe_size = 41;
  // What would mark the person for every reader.
  if (mode === "marked-claims") payload.nbf = settings.now - 4711;
  if (mode === "marked-key") payload.cnf.jwk.use = "sig-4711";
  if (mode === "marked-status") payload.status.status_list.note = "4711";
  const header = mode === "marked-header" ? { kid: "office-1", jti: "4711" } : { kid: "office-1" };
  const hidden = Object.keys(payload).filter((name) => name in fields || name === "shoe_size");
  return library.issue(
    payload, { _sd: mode === "open-field" ? hidden.slice(1) : hidden }, { header });
};

const server = createServer(async (request, response) => {
  try {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    if (settings.mode === "silent") return;
    if (settings.mode === "redirect") return response.writeHead(307, { location: settings.elsewhere }).end();
    if (settings.mode === "broken") return response.writeHead(500).end("oops");
    const keys = createLocalJWKSet(await (await fetch(`${settings.city}/oidc/keys`)).json());
    const { payload } = await jwtVerify(Buffer.concat(chunks).toString(), keys, {
      typ: "credential-request+jwt", algorithms: ["ES256"], issuer: settings.city, audience: settings.address,
      currentDate: new Date(settings.now * 1000),
    });
    const fields = settings.register[payload.fingerprint];
    if (!fields) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": "application/dc+sd-jwt" })
      .end(await issue(payload.credential, fields, settings.mode));
  } catch (error) {
    response.writeHead(400).end(error.message);
  }
});

server.listen(0, "127.0.0.1", () => process.stdout.write(`${JSON.stringify({
  address: `http://127.0.0.1:${server.address().port}/issue`,
  keys: { keys: [{ ...own.jwk, kid: "office-1" }] },
})}\n`));
createInterface({ input: process.stdin }).on("line", (line) => {
  settings = JSON.parse(line);
  process.stdout.write("{}\n");
}).on("close", () => process.exit(0));
