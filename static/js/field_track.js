// Where the phone was while an order was under way. What is noted waits beside the queue; with the next sending it becomes one
// operation, at most one at a time. Nobody is asked about it, and nothing else waits for it.
import { written } from "./field_queue.js";
import { isTrack, write } from "./field_store.js";

const MOST = 480;
const ENOUGH = 2; // one minute alone is not worth a message

// Says whether it is time to send. fix: [ISO time, latitude, longitude, metres]. When it is full every second one goes: a coarser way, but all of it.
export const note = (subject, fix) =>
  write(["facts"], async (facts) => {
    const fixes = [...((await facts.get("track"))?.value.fixes ?? []), fix];
    const kept = fixes.length > MOST ? fixes.filter((_, n) => (fixes.length - n) % 2) : fixes;
    await facts.put({ name: "track", value: { subject, fixes: kept } });
    return kept.length >= ENOUGH;
  });

export const gather = () =>
  write(["operations", "facts"], async (store, facts) => {
    const { subject, fixes = [] } = (await facts.get("track"))?.value ?? {};
    if (!fixes.length || (await store.getAll()).some(isTrack)) return;
    const work = { kind: "people/position", subject, body: { fixes: JSON.stringify(fixes) }, base: {}, geo: null };
    const operation = written(work, { prev: null, skew: (await facts.get("skew_ms"))?.value ?? 0 });
    await store.add({ id: operation.id, state: "waiting", operation, files: [], local: {} });
    await facts.delete("track");
  });
