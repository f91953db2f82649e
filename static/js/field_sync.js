// The sender: one for all pages that are open. It pings, brings the files of an operation, then the operation.
// Only an answer with the nonce of the question counts; anything else is a network that is not ours.
import { csrfToken } from "./csrf.js";
import { announce, change } from "./field_queue.js";
import { device, fact, isTrack, keepFact, operations, person, read, uuid, wipe, write } from "./field_store.js";
import { gather } from "./field_track.js";
import { isMissing, upload } from "./field_upload.js";

const URL_OF_SYNC = "/field/sync/";
const AT_ONCE = 20;
const WAITS_MS = [2000, 5000, 15_000, 30_000, 60_000];
const TIMEOUT_MS = 20_000;
const AGAIN_MS = 400;

export const connection = { isUp: navigator.onLine, mustLogIn: false, isSending: false };
let failures = 0;
let timer;
let isAskedAgain = false;

export class Offline extends Error {}
// A server that stammers is asked once more at once: everything it is asked may be asked again.
export async function twice(act) {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof Offline) || !navigator.onLine) throw error;
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    return act();
  }
}
class LoggedOut extends Error {}
class NotMine extends Error {}

async function ask(body, isSecond = false) {
  const nonce = uuid();
  const sentAt = Date.now();
  let status, answer;
  try {
    const response = await fetch(URL_OF_SYNC, {
      method: "POST", redirect: "error", cache: "no-store", signal: AbortSignal.timeout?.(TIMEOUT_MS),
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken(), Accept: "application/json" },
      body: JSON.stringify({ nonce, device: device(), ...body }),
    });
    status = response.status;
    answer = await response.json();
  } catch {
    throw new Offline();
  }
  const meta = document.querySelector('meta[name="csrf-token"]');
  if (answer.csrf && meta) meta.content = answer.csrf;
  if (answer.outcome === "csrf" && !isSecond) return ask(body, true);
  if (status === 401 && answer.outcome === "login") throw new LoggedOut();
  if (answer.outcome === "wipe") {
    await wipe();
    location.assign("/field/");
    throw new NotMine();
  }
  if (status !== 200 || answer.nonce !== nonce) throw new Offline();
  if (String(answer.user) !== person()) throw new NotMine();
  await keepFact("skew_ms", Math.round(Date.parse(answer.at) - (sentAt + Date.now()) / 2));
  return answer.results ?? [];
}

// At most AT_ONCE that can go now, and the first file that keeps another one back.
async function next() {
  const entries = (await operations()).filter(({ state }) => state === "waiting");
  const held = new Set();
  const batch = [];
  let file;
  for (const entry of entries) {
    const { subject } = entry.operation;
    if (held.has(subject)) continue;
    const missing = await firstMissing(entry);
    if (missing) {
      held.add(subject);
      file ??= { missing, entry };
    } else if (batch.length < AT_ONCE) batch.push(entry);
  }
  return { batch, file };
}

async function firstMissing({ files }) {
  for (const id of files) {
    const kept = await read("files", id);
    if (kept && isMissing(kept)) return kept;
  }
  return null;
}

async function settle(entry, result) {
  const { id } = entry;
  const isFinal = !["need_files", "gap", "wrong_user", "failed"].includes(result.outcome);
  if (isFinal && isTrack(entry)) return (await change(id, null), true);
  if (result.outcome === "applied" && /^(orders|leads|people|reviews)\//.test(entry.operation.kind)) await change(id, { state: "done", doneAt: Date.now(), result });
  else if (result.outcome === "applied" || result.outcome === "parked") await change(id, null);
  else if (result.outcome === "refused" || result.outcome === "conflict") await change(id, { state: result.outcome, result });
  else if (result.outcome === "reused") await change(id, { state: "stuck", result });
  else if (result.outcome === "need_files") await bringAgain(entry, result.ids);
  else if (result.outcome === "gap") await closeGap(entry);
  if (result.outcome === "parked") await tell(entry, result);
  if (isFinal) announce({ id, result });
  return isFinal;
}

// The server has lost sight of files that it had: they go again, from the start.
const bringAgain = (entry, ids) =>
  write(["files"], async (kept) => {
    for (const id of ids) {
      const file = await kept.get(id);
      if (file?.blob) await kept.put({ ...file, isWhole: false });
    }
  });

// The one before has gone with its answer, or never went: the chain begins here.
async function closeGap(entry) {
  const isQueued = (await operations()).some(({ id, state }) => id === entry.operation.prev && state !== "done");
  if (!isQueued) await change(entry.id, { operation: { ...entry.operation, prev: null } });
}

async function tell(entry, result) {
  const told = (await fact("told")) ?? [];
  await keepFact("told", [...told, { at: Date.now(), subject: entry.operation.subject, label: entry.local.label, reason: result.reason ?? "" }]);
}

async function sendAll() {
  await twice(() => ask({ operations: [] }));
  await gather();
  for (;;) {
    const { batch, file } = await next();
    if (batch.length) {
      const results = await twice(() => ask({ operations: batch.map(({ operation }) => operation) }));
      const byId = new Map(results.map((result) => [result.id, result]));
      let moved = 0;
      for (const entry of batch) if (byId.has(entry.id)) moved += await settle(entry, byId.get(entry.id));
      if (!moved && !file && !batch.every(isTrack)) throw new Offline(); // later, not round and round
      if (moved) continue;
    }
    if (!file) return;
    const refusal = await upload(file.missing);
    if (refusal) {
      const result = { outcome: "refused", reason: refusal };
      await change(file.entry.id, { state: "refused", result });
      announce({ id: file.entry.id, result });
    } else announce();
  }
}

const alone = (act) => (navigator.locks ? navigator.locks.request("field-sender", act) : act());

export async function send() {
  if (!person()) return;
  if (connection.isSending) return void (isAskedAgain = true);
  connection.isSending = true;
  clearTimeout(timer);
  try {
    await alone(sendAll);
    Object.assign(connection, { isUp: true, mustLogIn: false });
    failures = 0;
  } catch (error) {
    connection.isUp = false;
    connection.mustLogIn = error instanceof LoggedOut;
    if (!(error instanceof Offline || error instanceof LoggedOut || error instanceof NotMine)) console.warn("sending stopped:", error);
    const wait = WAITS_MS[Math.min(failures++, WAITS_MS.length - 1)];
    if (person() && (await operations()).some(({ state }) => state === "waiting")) timer = setTimeout(send, wait);
  } finally {
    connection.isSending = false;
    announce();
  }
  if (isAskedAgain) {
    isAskedAgain = false;
    if (connection.isUp) return send();
  }
}

addEventListener("online", () => ((failures = 0), send()));
addEventListener("offline", () => ((connection.isUp = false), announce()));
document.addEventListener("visibilitychange", () => document.hidden || send());
navigator.serviceWorker?.addEventListener("message", ({ data }) => data === "send" && send());
send();
