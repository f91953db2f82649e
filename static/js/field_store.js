// What the phone keeps, in IndexedDB and apart for each person:
//   pages       {url, title, version, html}: the bodies of field pages, as the server made them
//   operations  {n, id, state, operation, …}: what was done here and is not acknowledged, in the order it was done
//   files       {id, blob, …}: photos, signatures and recordings that the server has not wholly got
//   media       {id, blob, at}: pictures and voices that the server has, on those pages
//   facts       {name, value}
// Each write is one transaction that is on the disk when it is over.
import { deleteDB, openDB } from "idb";

const VERSION = 2;
const STORES = { pages: { keyPath: "url" }, operations: { keyPath: "n", autoIncrement: true }, files: { keyPath: "id" }, facts: { keyPath: "name" }, media: { keyPath: "id" } };
let opened;

const nameOf = (id) => `field-${id}`;

// Who this phone belongs to: a page of the server says so, the shell remembers.
export const person = () => localStorage.getItem("field-person");

// Somebody logs out, or somebody else has logged in: what is not sent stays for its owner, everything else of theirs goes.
export async function forget(id = person()) {
  if (id === person()) {
    await closed();
    localStorage.removeItem("field-person");
  }
  const base = await open(id);
  const [entries, files] = await Promise.all([base.getAll("operations"), base.getAll("files")]);
  const isEmpty = entries.every((entry) => entry.state === "done" || isTrack(entry)) && files.every(({ isWhole }) => isWhole);
  for (const name of await base.getAllKeys("facts")) if (name !== "track") await base.delete("facts", name);
  await Promise.all([base.clear("pages"), base.clear("media")]);
  base.close();
  if (isEmpty) await deleteDB(nameOf(id));
}

const open = (id, about) =>
  openDB(nameOf(id), VERSION, {
    upgrade: (base) => Object.entries(STORES).forEach(([name, options]) => base.objectStoreNames.contains(name) || base.createObjectStore(name, options)),
    ...about,
  });

function database() {
  const id = person();
  if (!id) return Promise.reject(new Error("nobody is logged in"));
  opened ??= open(id, { blocking: () => closed(), terminated: () => (opened = undefined) });
  return opened;
}

async function closed() {
  const base = await opened;
  opened = undefined;
  base?.close();
}

// write(["operations", "files"], (operations, files) => …): all of it or nothing.
export async function write(names, act) {
  const base = await database();
  const transaction = base.transaction(names, "readwrite", { durability: "strict" });
  try {
    const result = await act(...names.map((name) => transaction.objectStore(name)));
    await transaction.done;
    return result;
  } catch (error) {
    transaction.done.catch(() => {});
    try {
      transaction.abort();
    } catch {
      // it is over already
    }
    throw error;
  }
}

export const read = async (name, key) => (await database()).get(name, key);
export const readAll = async (name) => (await database()).getAll(name);
export const fact = async (name) => (await read("facts", name))?.value;
export const keepFact = (name, value) => write(["facts"], (facts) => facts.put({ name, value }));

export const operations = () => readAll("operations");
export const isTrack = ({ operation }) => operation.kind === "people/position";
export async function pendingCount() {
  if (!person()) return 0;
  return (await database()).count("operations");
}

// The person has gone: what was theirs goes too.
export async function wipe() {
  const id = person();
  await closed();
  localStorage.removeItem("field-person");
  if (id) await deleteDB(nameOf(id));
}

// This installation; not the person.
export function device() {
  let id = localStorage.getItem("field-device");
  if (!id) localStorage.setItem("field-device", (id = uuid()));
  return id;
}

// Also where crypto.randomUUID is missing: on pages without TLS.
export function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"))
    .join("")
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

const said = document.querySelector("meta[name=phone]")?.dataset.user;
const before = localStorage.getItem("field-person");
if (said) localStorage.setItem("field-person", said);
if (said && before && before !== said) forget(before).catch(() => {});
