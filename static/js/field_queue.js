// What was done on this phone: written down before anything else, with its files, and let go only when the server has it.
// An operation's state: waiting · done (applied; kept until the page shows it) · refused · conflict · stuck.
import { fact, isTrack, operations, person, uuid, write } from "./field_store.js";

const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("field") : null;

// Tells this page and the others that are open: {id, result} when an operation got its answer, {} for any other change.
export function announce(news = {}) {
  channel?.postMessage(news);
  document.dispatchEvent(new CustomEvent("field:queue", { detail: news }));
}
channel?.addEventListener("message", ({ data }) => document.dispatchEvent(new CustomEvent("field:queue", { detail: data })));

// What the person has done and the server has not.
export const pending = async () => (await operations()).filter((entry) => entry.state !== "done" && !isTrack(entry));

export const written = (work, { prev, skew }) => ({
  id: uuid(), schema: 1, user: Number(person()), ...work, prev, client_time: new Date().toISOString(), skew_ms: skew,
});

// work: {kind, subject, body, base, geo}; local: what the pages of this phone say about it; instead: the one it replaces.
export async function enqueue({ work, files, local, instead }) {
  const skew = (await fact("skew_ms")) ?? 0;
  const record = await write(["operations", "files"], async (store, kept) => {
    const before = (await store.getAll()).filter((entry) => !isTrack(entry) && entry.operation.subject === work.subject && entry.id !== instead);
    const operation = written(work, { prev: before.filter(({ state }) => state !== "done").at(-1)?.operation.id ?? null, skew });
    const entry = { id: operation.id, state: "waiting", operation, files: files.map(({ id }) => id), local };
    if (instead) for (const old of await store.getAll()) if (old.id === instead) await store.delete(old.n);
    entry.n = await store.add(entry);
    for (const file of files) await kept.put({ ...(await kept.get(file.id)), ...file, operation: operation.id });
    return entry;
  });
  announce();
  return record;
}

// Changes one entry; with `null` it goes, and its files with it unless they are wanted again.
export async function change(id, values, { keepsFiles = false } = {}) {
  await write(["operations", "files"], async (store, kept) => {
    const entry = (await store.getAll()).find((each) => each.id === id);
    if (!entry) return;
    if (values) return store.put({ ...entry, ...values });
    await store.delete(entry.n);
    for (const id of entry.files) {
      const file = keepsFiles && (await kept.get(id));
      if (file) await kept.put({ ...file, operation: undefined });
      else await kept.delete(id);
    }
  });
}

// The page shows it now: what was applied before `at` need not be laid over it any more.
export async function forgetDone(isShown, at) {
  const done = (await operations()).filter((each) => each.state === "done" && each.doneAt <= at && isShown(each.operation.subject));
  for (const { id } of done) await change(id, null);
}

// The answer to an operation, or nothing when it does not come in time.
export function answerTo(id, waitMs) {
  return new Promise((resolve) => {
    const over = (result) => {
      clearTimeout(timer);
      document.removeEventListener("field:queue", heard);
      resolve(result);
    };
    const heard = ({ detail }) => detail.id === id && over(detail.result);
    const timer = setTimeout(over, waitMs);
    document.addEventListener("field:queue", heard);
  });
}
