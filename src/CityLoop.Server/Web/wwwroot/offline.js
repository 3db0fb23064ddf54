// The charges that a till takes without network: kept in this browser, signed one after the other, posted when the
// network is back. docs/decisions/0069-charges-without-network.md says what each part is against.
import { call } from "/city.js";

const patienceMs = 10000;
const lendAgainMs = 10 * 60 * 1000;
const clocksApartMs = 60 * 1000;
const piece = 50;
const bytes = (text) => new TextEncoder().encode(text);
const base64 = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)));
const fromBase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const hex = (buffer) => [...new Uint8Array(buffer)].map((b) => b.toString(16).padStart(2, "0")).join("");
const digest = async (text) => hex(await crypto.subtle.digest("SHA-256", bytes(text)));
const curve = { name: "ECDSA", namedCurve: "P-256" };
const signs = { name: "ECDSA", hash: "SHA-256" };

/** False where the browser lacks what it takes: the till then asks until it is answered, as ever. */
export const isPossible = () => Boolean(globalThis.isSecureContext && crypto.subtle && navigator.locks && globalThis.indexedDB);

/** Of which shop this device was the till last, and how its worker wanted the page. */
export const lastTill = async () => (await all("tills")).sort((a, b) => b.lentAt - a.lentAt)[0];

export class Offline {
  #shop;
  #changed;
  #windows = new BroadcastChannel("till");

  /** @param changed is called when what waits or was refused is no longer what it was. */
  constructor(shop, changed) {
    this.#shop = shop;
    this.#changed = changed;
    this.#windows.addEventListener("message", () => changed());
  }

  /** What is not yet certain and what was refused, of all shops that this device is a till of, and what it was lent. */
  async look() {
    const charges = (await all("charges")).sort((a, b) => a.number - b.number);
    return {
      waiting: charges.filter((charge) => charge.state === "waiting"),
      refused: charges.filter((charge) => charge.state === "refused"),
      till: await get("tills", this.#shop),
    };
  }

  /**
   * Takes a charge that the city cannot be asked for; answers why not, or nothing when it is taken.
   * @param charge its id, code and amount, and when the code was shown by this device's clock.
   */
  take(charge) {
    return navigator.locks.request("till.chain", async () => {
      const till = await get("tills", this.#shop);
      const charges = await all("charges");
      if (charges.some((other) => other.id === charge.id)) return undefined;
      const mark = await digest(charge.code);
      const why = whyNot(till, charge, charges.filter((other) => other.mark === mark && other.state === "waiting"));
      if (why) return why;
      const signed = { id: charge.id, number: till.number + 1, at: charge.at + till.apart, previous: till.hash };
      signed.amount = charge.amount;
      signed.code = await close(till.cityKey, charge.code);
      const said = `cityloop-offline-charge/1\n${till.id}\n${signed.id}\n${signed.number}\n${signed.at}\n${signed.previous}\n${signed.amount}\n${signed.code}`;
      signed.signature = base64(await crypto.subtle.sign(signs, till.keys.privateKey, bytes(said)));
      till.number = signed.number;
      till.hash = await digest(said);
      till.lastAt = signed.at;
      till.used += signed.amount;
      await put(["charges", { ...signed, shop: this.#shop, till: till.id, mark, state: "waiting" }], ["tills", till]);
      this.#tell();
      return undefined;
    });
  }

  /** Posts what waits, in the order in which it was taken, and is lent anew. One window at a time. */
  keepUp(name, look) {
    return navigator.locks.request("till.post", async () => {
      const done = await this.#post();
      await navigator.locks.request("till.chain", () => this.#lend(name, look));
      return done;
    });
  }

  /** The shop has read what was refused. */
  async forgetRefused() {
    await remove((await this.look()).refused.map((charge) => charge.id));
    this.#tell();
  }

  async #post() {
    const [done, passedBy] = [[], []];
    for (;;) {
      const waiting = (await this.look()).waiting.filter((charge) => !passedBy.includes(charge.till));
      if (waiting.length === 0) return done;
      const [{ till, shop }] = waiting;
      const charges = waiting.filter((charge) => charge.till === till).slice(0, piece);
      const answers = await this.#send({ till, shop, charges: charges.map(sent) });
      const certain = answers.filter((answer) => answer.state === "certain").map((answer) => answer.id);
      const refused = answers.filter((answer) => answer.state === "refused");
      done.push(...charges.filter((charge) => certain.includes(charge.id)));
      await remove(certain);
      await put(...refused.map(({ id, detail }) =>
        ["charges", { ...charges.find((charge) => charge.id === id), state: "refused", detail }]));
      this.#tell();
      if (certain.length + refused.length === 0) passedBy.push(till);
    }
  }

  async #send(body) {
    try {
      return (await call("POST", "/api/v1/till/offline/charges", body, patienceMs)).answers;
    } catch (problem) {
      // Whoever is signed in does not work at that shop: it waits for somebody who does.
      if (problem.code === "no_shop") return [];
      // The city does not know this till any more: then it never will.
      if (problem.code !== "offline_till_unknown") throw problem;
      return body.charges.map(({ id }) => ({ id, state: "refused", detail: problem.message }));
    }
  }

  async #lend(name, look) {
    const { till, waiting } = await this.look();
    // What waits counts against what was lent for it.
    if (waiting.some((charge) => charge.till === till?.id)) return;
    if (till?.used === 0 && Date.now() - till.lentAt < lendAgainMs && Date.now() >= till.lentAt) return;
    const mine = till ?? { shop: this.#shop, id: crypto.randomUUID(), keys: await crypto.subtle.generateKey(curve, false, ["sign"]) };
    const key = base64(await crypto.subtle.exportKey("spki", mine.keys.publicKey));
    try {
      const lent = await call("POST", "/api/v1/till/offline", { till: mine.id, shop: this.#shop, key }, patienceMs);
      const apart = Date.parse(lent.now) - Date.now();
      const { allowance, charge, card, person, number, hash, cityKey } = lent;
      await put(["tills", {
        ...mine, name, look, apart, allowance, charge, card, person, number, hash, cityKey,
        until: Date.parse(lent.until), lastAt: Date.parse(lent.now), used: 0, lentAt: Date.now(),
      }]);
      navigator.storage?.persist?.();
    } catch (problem) {
      if (problem.code === "offline_till_unknown") await remove([this.#shop], "tills");
      throw problem;
    }
  }

  #tell() {
    this.#windows.postMessage("changed");
    this.#changed();
  }
}

const sent = ({ id, number, at, previous, amount, code, signature }) =>
  ({ id, number, at, previous, amount, code, signature });

/** Why a charge cannot be taken without network; the name of a sentence on the page. */
function whyNot(till, { code, amount, at }, same) {
  const most = code.length > 16 ? till?.card : till?.charge;
  return !till || till.allowance === 0 || at + till.apart > till.until ? "none"
    : at + till.apart < till.lastAt - clocksApartMs ? "clock"
    : amount > most ? "charge"
    : till.used + amount > till.allowance ? "till"
    : same.length > 0 && code.length === 16 ? "used"
    : same.reduce((sum, other) => sum + other.amount, amount) > till.person ? "person"
    : undefined;
}

async function close(cityKey, code) {
  const padding = { name: "RSA-OAEP", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("spki", fromBase64(cityKey), padding, false, ["encrypt"]);
  return base64(await crypto.subtle.encrypt(padding, key, bytes(code)));
}

// The browser's own table: a record of each till by its shop, and of each charge by its id.
const opened = () => new Promise((done, fail) => {
  const asked = indexedDB.open("till", 1);
  asked.onupgradeneeded = () => {
    asked.result.createObjectStore("tills", { keyPath: "shop" });
    asked.result.createObjectStore("charges", { keyPath: "id" });
  };
  asked.onsuccess = () => done(asked.result);
  asked.onerror = () => fail(asked.error);
});
let table;

async function within(stores, mode, work) {
  table ??= await opened();
  return new Promise((done, fail) => {
    const transaction = table.transaction(stores, mode, { durability: "strict" });
    const result = work(transaction);
    transaction.oncomplete = () => done(result?.result);
    transaction.onerror = transaction.onabort = () => fail(transaction.error);
  });
}

const all = (store) => within(store, "readonly", (t) => t.objectStore(store).getAll());
const get = (store, key) => within(store, "readonly", (t) => t.objectStore(store).get(key));
const put = (...records) => within(["tills", "charges"], "readwrite", (t) => {
  for (const [store, record] of records) t.objectStore(store).put(record);
});
const remove = (keys, store = "charges") => within(store, "readwrite", (t) => {
  for (const key of keys) t.objectStore(store).delete(key);
});
