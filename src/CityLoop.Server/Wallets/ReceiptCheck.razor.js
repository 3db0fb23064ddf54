// Checks the payment that this page shows: what stands here against the entry's bytes, those against the seal, the
// seal against the key and the seal that this browser has seen before.
import { call } from "/city.js";
import { bytesOf, equal, includes, isConsistent, isSigned, leafHash, readEntry, readSeal } from "/proofs.js";

const keySeen = "cityloop.seal.key";
const sealSeen = "cityloop.seal.last";
const waitMilliseconds = 2000;
const waitsMax = 15;

const byId = (id) => document.getElementById(id);
const page = byId("check");

function say(state) {
  const result = byId("check-result");
  result.hidden = false;
  result.className = `notice ${{ good: "good", bad: "bad", partly: "info" }[state] ?? "info"}`;
  result.setAttribute("role", state === "bad" ? "alert" : "status");
  result.dataset.state = state;
  result.textContent = result.dataset[state];
}

/** One step's outcome: true, false, or null when it cannot be told. */
function tell(step, outcome) {
  const line = byId(`check-${step}`);
  const state = outcome === null ? "unknown" : outcome ? "good" : "bad";
  line.dataset.state = state;
  line.textContent = `${{ good: "✓", bad: "✗", unknown: "–" }[state]} ${line.dataset[state]}`;
  return outcome;
}

/** The amount that the reader sees, in smallest units; null when there is none. */
function shownAmount() {
  const [, whole, part = ""] = /^\s*([\d,]+)(?:\.(\d+))?/.exec(byId("paid").textContent) ?? [];
  const scale = Number(page.dataset.scale);
  return whole === undefined || part.length > scale
    ? null
    : BigInt(whole.replaceAll(",", "") + part.padEnd(scale, "0"));
}

function isAsShown(entry) {
  const happened = (entry.effectiveAt ?? entry.at) / 1000n;
  return entry.kind === 4n && entry.code === BigInt(page.dataset.code)
    && entry.amount === shownAmount()
    && String(entry.sequence) === byId("number").textContent.trim()
    && location.pathname.endsWith(`/${entry.id}`)
    && happened === BigInt(Date.parse(byId("when").dateTime));
}

async function proofOf(sequence) {
  for (let waited = 0; ; waited++) {
    try {
      return await call("GET", `/api/v1/ledger/entries/${sequence}/proof`);
    } catch (problem) {
      if (problem.code !== "not_sealed_yet" || waited === waitsMax) throw problem;
      say("waiting");
      await new Promise((done) => setTimeout(done, waitMilliseconds));
    }
  }
}

/** True when the seal continues the one that this browser saw last; true at first sight. */
async function continues(seal, key) {
  const note = localStorage.getItem(sealSeen);
  if (note === null) return true;
  const seen = readSeal(note);
  if (!seen || await isSigned(seen, key) === false) return false;
  const [older, newer] = seen.size <= seal.size ? [seen, seal] : [seal, seen];
  if (older.size === newer.size) return equal(older.root, newer.root);
  const { path } = await call("GET", `/api/v1/ledger/consistency?from=${older.size}&to=${newer.size}`);
  return isConsistent(older.size, newer.size, older.root, newer.root, path.map(bytesOf));
}

/** An answer that makes no sense proves nothing. */
const attempt = async (check) => {
  try {
    return await check();
  } catch (trouble) {
    if (trouble instanceof TypeError && !navigator.onLine) throw trouble;
    return false;
  }
};

async function check() {
  say("working");
  const proof = await proofOf(byId("number").textContent.trim());
  byId("checks").hidden = byId("check-details").hidden = false;
  const bytes = bytesOf(proof.entry);
  const entry = await attempt(() => readEntry(bytes)) || {};
  const seal = readSeal(proof.note);
  const pinned = localStorage.getItem(keySeen) ?? proof.key;

  const outcomes = [
    tell("shown", await attempt(() => isAsShown(entry))),
    tell("path", await attempt(async () => seal !== null && seal.size === proof.size && includes(
      Number(entry.sequence) - 1, seal.size, await leafHash(bytes), proof.path.map(bytesOf), seal.root))),
    tell("key", pinned === proof.key),
    tell("signature", await attempt(() => seal !== null && isSigned(seal, pinned))),
    tell("history", await attempt(() => seal !== null && continues(seal, pinned))),
  ];
  byId("check-accounts").textContent = `${entry.debit} → ${entry.credit}`;
  byId("check-size").textContent = seal?.size ?? "";
  byId("check-root").textContent = seal ? [...seal.root].map((b) => b.toString(16).padStart(2, "0")).join("") : "";
  byId("check-key-text").textContent = pinned;
  if (outcomes.includes(false)) return say("bad");
  localStorage.setItem(keySeen, pinned);
  const last = readSeal(localStorage.getItem(sealSeen) ?? "");
  if (!last || last.size < seal.size) localStorage.setItem(sealSeen, proof.note);
  say(outcomes.includes(null) ? "partly" : "good");
}

const button = byId("check-now");
button.hidden = false;
button.addEventListener("click", async () => {
  button.disabled = true;
  try {
    if (!globalThis.crypto?.subtle) say("unable");
    else await check();
  } catch (trouble) {
    if (trouble.code === "not_sealed_yet") say("late");
    else say(trouble.status >= 400 && trouble.status < 500 ? "bad" : "offline");
  } finally {
    button.disabled = false;
  }
});
