// Checks a payment against the city's sealed journal. Believes nothing that the server says of itself: entries are
// read byte by byte, hashes and signatures are computed here. docs/reference/ledger-proofs.md describes the forms.

const utf8 = new TextEncoder();
const microsecondsTo2000 = 946684800000000n;

// In the order of their numbers; src/CityLoop.Ledger/Seals/EntryBytes.cs has the same list.
const fields = [
  ["sequence", 8], ["at", 8], ["id", 16], ["amount", 8], ["debitPrevious", 8], ["creditPrevious", 8], ["debit", 4],
  ["credit", 4], ["kind", 2], ["code", 2], ["endsBatch", 1], ["day", 4], ["reverses", 16], ["claim", 16],
  ["reference", 16], ["effectiveAt", 8], ["currency", 2], ["accountKind", 2], ["currencyCode", 0], ["scale", 2],
  ["atMost", 8], ["earnedBy", 16], ["hold", 16], ["until", 8], ["detail", 0],
];

export const bytesOf = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));

/** An entry from its bytes: whole numbers as BigInt, ids as text, times in microseconds since 1970. */
export function readEntry(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint8(0) !== 1) throw new Error("another version of the entry's bytes");
  const present = view.getBigUint64(1);
  const entry = {};
  let at = 9;
  for (let number = 0; number < 64; number++) {
    if ((present >> BigInt(number)) % 2n === 0n) continue;
    // A newer field comes behind those of this list: what stands before it is read all the same.
    if (number >= fields.length) return entry;
    const [name, width] = fields[number];
    const length = width || view.getInt32(at);
    if (!width) at += 4;
    entry[name] = valueOf(view, at, width, length);
    at += length;
  }
  if (at !== bytes.length) throw new Error("more bytes than an entry has");
  if (entry.at !== undefined) entry.at += microsecondsTo2000;
  if (entry.effectiveAt !== undefined) entry.effectiveAt += microsecondsTo2000;
  return entry;
}

function valueOf(view, at, width, length) {
  switch (width) {
    case 8: return view.getBigInt64(at);
    case 4: return BigInt(view.getInt32(at));
    case 2: return BigInt(view.getInt16(at));
    case 1: return view.getUint8(at) === 1;
    default: {
      const bytes = new Uint8Array(view.buffer, view.byteOffset + at, length);
      if (!width) return new TextDecoder().decode(bytes);
      const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
      return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
    }
  }
}

async function sha256(...parts) {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", all));
}

export const leafHash = (entry) => sha256([0], entry);
const nodeHash = (left, right) => sha256([1], left, right);

export const equal = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);

const areHashes = (path) => path.every((hash) => hash.length === 32);
const half = Math.trunc;

/** RFC 9162, 2.1.3.2: the path leads from the leaf (counted from 0) to the root of a tree of this size. */
export async function includes(leaf, size, hash, path, root) {
  if (!(leaf >= 0 && leaf < size) || !areHashes(path)) return false;
  let [at, last, sum] = [leaf, size - 1, hash];
  for (const step of path) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      sum = await nodeHash(step, sum);
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at / 2), half(last / 2)];
    } else {
      sum = await nodeHash(sum, step);
    }
    [at, last] = [half(at / 2), half(last / 2)];
  }
  return last === 0 && equal(sum, root);
}

/** RFC 9162, 2.1.4.2: the older tree is the beginning of the newer one. */
export async function isConsistent(older, newer, olderRoot, newerRoot, path) {
  if (!(older >= 1 && older <= newer) || !areHashes(path)) return false;
  if (older === newer) return path.length === 0 && equal(olderRoot, newerRoot);
  if (path.length === 0) return false;
  const steps = Number.isInteger(Math.log2(older)) ? [olderRoot, ...path] : path;
  let [at, last] = [older - 1, newer - 1];
  while (at % 2 === 1) [at, last] = [half(at / 2), half(last / 2)];
  let [first, second] = [steps[0], steps[0]];
  for (const step of steps.slice(1)) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      [first, second] = [await nodeHash(step, first), await nodeHash(step, second)];
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at / 2), half(last / 2)];
    } else {
      second = await nodeHash(second, step);
    }
    [at, last] = [half(at / 2), half(last / 2)];
  }
  return last === 0 && equal(first, olderRoot) && equal(second, newerRoot);
}

/** A seal from its signed text, or null when the text is none. */
export function readSeal(note) {
  const end = note.lastIndexOf("\n\n");
  const text = note.slice(0, end + 1);
  const [origin, size, root, rest, ...more] = text.split("\n");
  if (end < 0 || !origin || !/^(0|[1-9][0-9]{0,15})$/.test(size) || rest !== "" || more.length > 0) return null;
  const lines = note.slice(end + 2).split("\n").slice(0, -1).map((line) => /^\u2014 (\S+) (\S+)$/.exec(line));
  if (lines.some((line) => !line)) return null;
  try {
    const signatures = lines.map(([, name, base64]) => ({ name, bytes: bytesOf(base64) }));
    return { origin, size: Number(size), root: bytesOf(root), text, signatures };
  } catch {
    return null;
  }
}

/** True or false: the seal is signed with this key (name+number+key); null when this browser cannot tell. */
export async function isSigned(seal, key) {
  const [, name, , base64] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(key ?? "") ?? [];
  if (!name || name !== seal.origin) return false;
  const typed = bytesOf(base64);
  if (typed.length !== 33 || typed[0] !== 1) return false;
  const id = (await sha256(utf8.encode(`${name}\n`), typed)).slice(0, 4);
  const own = seal.signatures.filter((line) => line.name === name && equal(line.bytes.slice(0, 4), id));
  if (own.length === 0) return false;
  let imported;
  try {
    imported = await crypto.subtle.importKey("raw", typed.slice(1), { name: "Ed25519" }, false, ["verify"]);
  } catch {
    return null;
  }
  for (const line of own)
    if (!await crypto.subtle.verify({ name: "Ed25519" }, imported, line.bytes.slice(4), utf8.encode(seal.text)))
      return false;
  return true;
}
