// What a till shows of the charges that it takes without network, and when it posts them: offline.js keeps them.
import { Offline, isPossible, lastTill } from "/offline.js";

const settledKey = "till.settled";
const everyMs = 15_000;
const byId = (id) => document.getElementById(id);
const root = document.documentElement;
const group = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");
const fill = (text, ...values) => text.replace(/\{(\d)\}/g, (_, place) => values[Number(place)]);
const sumOf = (charges) => group(charges.reduce((points, charge) => points + charge.amount, 0));

/** The till of a page, or nothing where this browser or device cannot be one without network. */
export async function begin(page, asks) {
  const isKept = !page.dataset.shop;
  const till = isKept && isPossible() ? await lastTill() : undefined;
  if (isKept && !till) {
    // The heading stays: a page without one is lost on who hears it.
    byId("charge").hidden = byId("line").hidden = true;
    byId("not-a-till").hidden = false;
  }
  if (!isPossible() || (isKept && !till)) return undefined;
  if (isKept) {
    byId("shop").textContent = till.name;
    root.className = till.look;
    // It leads to a page of the city's.
    byId("uncertain").querySelector("a").hidden = true;
  }
  const face = new Face(page, isKept ? till.shop : page.dataset.shop, isKept, asks);
  await face.begin();
  return face;
}

class Face {
  #page;
  #isKept;
  #asks;
  #queue;
  #isKeepingUp = false;

  constructor(page, shop, isKept, asks) {
    this.shop = shop;
    this.#page = page;
    this.#isKept = isKept;
    this.#asks = asks;
    this.#queue = new Offline(shop, () => this.#show());
  }

  async begin() {
    await this.#show();
    byId("seen").addEventListener("click", () => this.#queue.forgetRefused());
    const words = sessionStorage.getItem(settledKey);
    if (words && !this.#isKept) {
      sessionStorage.removeItem(settledKey);
      tell(words);
    }
    this.#keepUp();
    setInterval(() => this.#keepUp(), everyMs);
    addEventListener("online", () => this.#keepUp());
    document.addEventListener("visibilitychange", () => this.#keepUp());
    if (!this.#isKept) keepPage();
  }

  /** Why a charge cannot be taken, or nothing when it is. */
  async take(pending) {
    const why = pending.shop && pending.shop !== this.shop ? "none"
      : pending.pin ? "charge" : await this.#queue.take(pending);
    if (!why) return undefined;
    const { till } = await this.#queue.look();
    const sums = { charge: [till?.charge, till?.card], till: [till?.allowance], person: [till?.person] }[why] ?? [];
    return fill(this.#page.dataset[`why${why[0].toUpperCase()}${why.slice(1)}`], ...sums.map(group));
  }

  async #keepUp() {
    if (this.#isKeepingUp || document.hidden) return;
    this.#isKeepingUp = true;
    try {
      const done = await this.#queue.keepUp(byId("shop").textContent, root.className);
      this.#asks.online(true);
      if (done.length > 0) this.#settled(done);
      // With network the page is the city's own again.
      this.#leaveKept();
    } catch (problem) {
      if (!problem.status) this.#asks.online(false);
      if (problem.status !== 401) return;
      byId("enter").hidden = false;
      this.#leaveKept();
    } finally {
      this.#isKeepingUp = false;
    }
  }

  #leaveKept() {
    if (this.#isKept && this.#asks.isFree()) location.replace("/till");
  }

  #settled(done) {
    const words = fill(byId("settled").dataset.text, done.length, sumOf(done));
    if (this.#isKept) return sessionStorage.setItem(settledKey, words);
    tell(words);
    this.#asks.refreshToday().catch(() => {});
  }

  async #show() {
    const { waiting, refused } = await this.#queue.look();
    const [sum, list] = [byId("uncertain").querySelector("b"), byId("refused").querySelector("ul")];
    byId("uncertain").hidden = waiting.length === 0;
    sum.textContent = fill(sum.dataset.text, waiting.length, sumOf(waiting));
    byId("refused").hidden = refused.length === 0;
    list.replaceChildren(...refused.map(({ at, amount, detail }) => {
      const line = document.createElement("li");
      const time = new Date(at).toLocaleTimeString(root.lang, { hour: "2-digit", minute: "2-digit" });
      line.textContent = fill(list.dataset.text, time, group(amount), detail);
      return line;
    }));
  }
}

function tell(words) {
  byId("settled").hidden = false;
  byId("settled").lastElementChild.textContent = words;
}

/** This page opens without network, too, from now on. */
async function keepPage() {
  await navigator.serviceWorker?.register("/till-worker.js", { scope: "/till" });
  (await navigator.serviceWorker?.ready)?.active.postMessage({ keep: root.lang.replace("-Hant", "") });
}
