// How a client's script and the test talk: one JSON line each way. The test plays the person's browser.
import { webcrypto } from "node:crypto";
import { createInterface } from "node:readline";

// Debian 12 has Node 18, where these are not global yet; the clients take them for granted.
for (const [name, value] of Object.entries({ crypto: webcrypto, CryptoKey: webcrypto.CryptoKey }))
  if (globalThis[name] === undefined) globalThis[name] = value;

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

/** What the test says next. */
export const hear = async () => JSON.parse((await lines.next()).value);

/** Tells the test something. */
export const tell = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);

/** Sends the person's browser to an address; answers the address at which it comes back. */
export async function visit(address) {
  tell({ visit: String(address) });
  return new URL((await hear()).back);
}

/** The name of the error that a client throws at what it must not accept; empty when it accepts. */
export async function refusal(attempt) {
  try {
    await attempt();
    return "";
  } catch (error) {
    return error.code ?? error.name;
  }
}

/** Runs a script to its end, so that the test sees why it failed. */
export async function run(script) {
  try {
    tell({ done: await script(await hear()) });
    process.exit(0);
  } catch (error) {
    console.error(error, error.cause ?? "");
    process.exit(1);
  }
}
