// Where the phone was in the shift and on an order. What is noted waits beside the queue; with the next sending it becomes one
// operation, at most one at a time. Nobody is asked about it, and nothing else waits for it.
import { written } from "./field_queue.js";
import { isTrack, write } from "./field_store.js";

const MOST = 480;
const STILL_MS = 5 * 60_000;

// A fix is [ISO time, latitude, longitude, metres].
const metresBetween = ([, lat, lon], [, otherLat, otherLon]) =>
  Math.hypot(lat - otherLat, (lon - otherLon) * Math.cos((lat * Math.PI) / 180)) * 111_195;
const hasMoved = (before, fix) => Date.parse(fix[0]) - Date.parse(before[0]) >= STILL_MS || metresBetween(before, fix) > fix[3];

// Says whether it is kept: a phone that lies still tells so every five minutes. When it is full every second one goes: a coarser way,
// but all of it.
export const note = (subject, fix) =>
  write(["facts"], async (facts) => {
    const before = (await facts.get("last_fix"))?.value;
    if (before && !hasMoved(before, fix)) return false;
    const fixes = [...((await facts.get("track"))?.value.fixes ?? []), fix];
    const kept = fixes.length > MOST ? fixes.filter((_, n) => (fixes.length - n) % 2) : fixes;
    await facts.put({ name: "last_fix", value: fix });
    await facts.put({ name: "track", value: { subject, fixes: kept } });
    return true;
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
