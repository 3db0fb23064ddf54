// The till: number pad, camera, and a charge that is sent until it is answered, under one id. Where there is no network
// it is taken all the same, within the shop's limit, and not yet certain: offline.js.
import { call, chime } from "/city.js";
import { Camera } from "/scan.js";

const page = document.getElementById("till");
const byId = (id) => document.getElementById(id);
const amountBox = byId("amount");
const codeBox = byId("code");
const pinBox = byId("pin");
const largest = Number(page?.dataset.largest);
const pendingKey = "till.pending";
const patienceMs = 8000;
const group = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");
const fill = (text, ...values) => text.replace(/\{(\d)\}/g, (_, place) => values[Number(place)]);
const amount = () => Number(amountBox.value.replace(/\D/g, "")) || 0;

function show(step) {
  for (const id of ["keys", "ways"]) byId(id).hidden = step !== "amount";
  byId("code-step").hidden = step !== "code";
  byId("cancel").hidden = step !== "code";
  byId("charge").hidden = step === "result";
  byId("result").hidden = step !== "result";
  page.dataset.step = step;
  if (step !== "code") stopCamera();
}

function setAmount(number) {
  amountBox.value = number > 0 ? group(Math.min(number, largest)) : "";
  byId("scan").disabled = byId("ask").disabled = number <= 0;
}

function press(key) {
  if (key === "back") setAmount(Math.floor(amount() / 10));
  else setAmount(Number(`${amount()}${key}`));
}

function complain(text) {
  byId("problem").hidden = !text;
  byId("problem").querySelector("span").textContent = text ?? "";
}

const camera = page && new Camera(byId("video"), page.dataset.jsqr);

async function startCamera() {
  try {
    await camera.look(() => { byId("camera").hidden = false; }, (text) => {
      const digits = text.replace(/[\s-]/g, "");
      if (!/^\d{16}$/.test(digits) && !isCard(digits)) return false;
      codeBox.value = digits;
      navigator.vibrate?.(60);
      charge();
      return true;
    });
  } catch {
    stopCamera();
    byId("no-camera").hidden = false;
    codeBox.focus();
  }
}

function stopCamera() {
  camera.stop();
  byId("camera").hidden = true;
}

// A card's code: 26 letters and digits. One that needs its PIN is asked for it here; the person types it themselves.
const isCard = (text) => /^[0-9A-HJKMNP-TV-Z]{26}$/.test(text);
let card;

function askForPin() {
  byId("pin-step").hidden = false;
  pinBox.value = "";
  pinBox.focus();
}

function forgetCard() {
  card = undefined;
  pinBox.value = "";
  byId("pin-step").hidden = true;
}

// Charge. What is sent is kept until it is answered: a reloaded page asks again with the same id and is never charged twice.
let isSending = false;
// Who goes back while the till has to wait ends the asking, for no answer yet can have been a charge.
let goesBack = false;
let wake = () => {};

async function charge() {
  if (isSending) return;
  const code = card ?? codeBox.value.replace(/[\s-]/g, "").toUpperCase();
  const pin = isCard(code) && pinBox.value ? pinBox.value : undefined;
  await send({ id: crypto.randomUUID(), code, amount: amount(), pin, at: Date.now(), shop });
}

async function send(pending) {
  isSending = true;
  goesBack = false;
  stopCamera();
  byId("take").disabled = byId("cancel").disabled = true;
  // Not the PIN: a reloaded page asks for it again, unless the charge was let through.
  sessionStorage.setItem(pendingKey, JSON.stringify({ ...pending, pin: undefined }));
  complain();
  try {
    const answer = await ask(pending);
    if (answer) succeed(answer);
    else next();
    sessionStorage.removeItem(pendingKey);
  } catch (problem) {
    sessionStorage.removeItem(pendingKey);
    complain(problem.message);
    if (problem.code?.startsWith("card_pin")) {
      card = pending.code;
      return askForPin();
    }
    forgetCard();
    codeBox.value = "";
    codeBox.focus();
  } finally {
    isSending = false;
    byId("take").disabled = byId("cancel").disabled = false;
  }
}

/** The charge, or nothing when the clerk went back before there was one. */
async function ask(pending) {
  let mayBeCharged = false;
  for (let asked = 1; ; asked++) {
    try {
      const { id, code, amount, pin, shop } = pending;
      const answer = await call("POST", "/api/v1/till/charges", { id, code, amount, pin, shop }, patienceMs);
      online(true);
      complain();
      return answer;
    } catch (problem) {
      // A refusal is an answer. Anything else may have been charged: ask again, with the same id. Who has to sign in
      // first does so by loading the page, which then asks; who has to wait is told so.
      if (problem.status === 401) return await signInAgain();
      const mustWait = problem.status === 429;
      if (problem.status && problem.status < 500 && !mustWait) throw problem;
      // A device that knows that it has no network has sent nothing.
      mayBeCharged ||= !mustWait && (Boolean(problem.status) || navigator.onLine);
      online(mustWait);
      complain(mustWait ? problem.message : undefined);
      if (!problem.status && (asked > 1 || !navigator.onLine)) {
        const why = await takeUncertain(pending);
        if (!why) return { id: pending.id, amount: pending.amount, isUncertain: true };
        complain(why);
      }
      byId("cancel").disabled = mayBeCharged;
      if (!goesBack) await new Promise((next) => { wake = next; setTimeout(next, 1500); });
      if (goesBack && !mayBeCharged) return undefined;
    }
  }
}

function signInAgain() {
  location.reload();
  return new Promise(() => {});
}

function online(is) {
  const line = byId("line");
  line.textContent = is ? line.dataset.online : line.dataset.offline;
  line.classList.toggle("bad", !is);
}

function succeed(answer) {
  byId("paid").textContent = group(answer.amount);
  const [back, received] = [byId("back"), byId("received")];
  byId("result").classList.toggle("uncertain", Boolean(answer.isUncertain));
  received.textContent = answer.isUncertain ? received.dataset.unsure : received.dataset.sure;
  byId("receipt").hidden = Boolean(answer.isUncertain);
  back.textContent = answer.isUncertain ? back.dataset.unsure : answer.rebateUsedUp ? back.dataset.dry : answer.back > 0 ? fill(back.dataset.text, group(answer.back)) : "";
  byId("receipt").href = `/till/receipts/${answer.id}`;
  show("result");
  if (!answer.isUncertain) chime();
  byId("next").focus();
  if (answer.isUncertain) return;
  // The charge is done, whether or not the day's sum can be had now.
  refreshToday().catch(() => {});
}

async function refreshToday() {
  const today = await call("GET", `/api/v1/till/today?shop=${shop}`);
  byId("today").textContent = fill(byId("today").dataset.text, group(today.amount));
  byId("count").textContent = fill(byId("count").dataset.text, today.payments);
}

function next() {
  byId("settled").hidden = true;
  setAmount(0);
  codeBox.value = "";
  forgetCard();
  complain();
  show("amount");
}

function goBack() {
  goesBack = true;
  forgetCard();
  if (isSending) wake();
  else show("amount");
}

function askForCode() {
  if (amount() <= 0) return;
  byId("take").textContent = fill(byId("take").dataset.text, group(amount()));
  byId("no-camera").hidden = true;
  show("code");
  startCamera();
}

// Without network. What it takes is fetched behind the page: the first charge does not wait for it.
const isKept = page && !page.dataset.shop;
let shop = page?.dataset.shop;
let offline;
const ready = page && new Promise((done) => {
  const begin = () => makeReady().catch(() => {}).then(done);
  if (isKept || document.readyState === "complete") begin();
  else addEventListener("load", () => setTimeout(begin), { once: true });
});

async function makeReady() {
  offline = await (await import(page.dataset.queue)).begin(page, {
    isFree: () => page.dataset.step === "amount" && amount() === 0,
    online: (is) => { if (!isSending) online(is); },
    refreshToday,
  });
  shop = offline?.shop ?? shop;
}

/** Why not, or nothing when it is taken. */
async function takeUncertain(pending) {
  await ready;
  return offline ? offline.take(pending) : page.dataset.whyNone;
}

function start() {
  amountBox.inputMode = "none";
  amountBox.readOnly = true;
  setAmount(amount());
  forgetCard();
  show("amount");
  byId("keys").addEventListener("click", (event) => {
    const key = event.target.closest("button")?.dataset.key;
    if (key) press(key);
  });
  document.addEventListener("keydown", (event) => {
    if (page.dataset.step === "result" && /^\d$/.test(event.key)) next();
    if (page.dataset.step !== "amount" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^\d$/.test(event.key)) press(event.key);
    else if (event.key === "Backspace") press("back");
    else if (event.key === "Enter" && event.target.tagName !== "A" && event.target.tagName !== "BUTTON") { event.preventDefault(); askForCode(); }
  });
  byId("scan").addEventListener("click", askForCode);
  byId("cancel").addEventListener("click", goBack);
  byId("next").addEventListener("click", next);
  byId("charge").addEventListener("submit", (event) => {
    if (event.submitter === byId("ask")) return;
    event.preventDefault();
    charge();
  });
  codeBox.addEventListener("input", () => {
    forgetCard();
    const typed = codeBox.value.replace(/[\s-]/g, "").toUpperCase();
    if (isCard(typed)) return charge();
    if (/[A-Z]/.test(typed)) return;
    const digits = codeBox.value.replace(/\D/g, "").slice(0, 16);
    codeBox.value = digits.replace(/(\d{4})(?=\d)/g, "$1 ");
    if (digits.length === 16) charge();
  });
  // What this window was charging goes on in this window, for the shop for which it began.
  const before = JSON.parse(sessionStorage.getItem(pendingKey));
  if (before) {
    if (shop && before.shop !== shop) return location.replace(`/till?shop=${before.shop}`);
    setAmount(before.amount);
    show("code");
    send(before);
  }
}

if (page) start();
