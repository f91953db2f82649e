// One file to the server in pieces; goes on where it stopped. It is whole when the server says the same hash as the phone.
import { csrfToken } from "./csrf.js";
import { Offline, twice } from "./field_sync.js";
import { read, write } from "./field_store.js";

const PIECE_BYTES = 256 * 1000;
const MOST_STARTS = 3;

export const isMissing = ({ isWhole }) => !isWhole;

async function call(method, url, body, headers = {}) {
  let response, answer;
  try {
    response = await fetch(url, {
      method, body, redirect: "error", cache: "no-store",
      headers: { "X-CSRFToken": csrfToken(), Accept: "application/json", ...headers },
    });
    answer = await response.json();
  } catch {
    throw new Offline();
  }
  if (answer?.outcome === "refused") return answer;
  if (!response.ok || typeof answer?.offset !== "number") throw new Offline();
  return answer;
}

const keep = (id, values) =>
  write(["files"], async (files) => {
    const file = await files.get(id);
    if (file) await files.put({ ...file, ...values });
  });

// Nothing when it is whole; the server's sentence when it will never take it.
export async function upload({ id }) {
  const { blob, about } = await read("files", id);
  let answer = await twice(() => call("POST", "/field/uploads/", JSON.stringify({ id, ...about }), { "Content-Type": "application/json" }));
  for (let starts = 0; !answer.done; ) {
    if (answer.outcome === "refused") return answer.reason;
    const { offset } = answer;
    if (offset === 0 && ++starts > MOST_STARTS) throw new Offline();
    const piece = blob.slice(offset, offset + PIECE_BYTES);
    answer = await twice(() => call("PUT", `/field/uploads/${id}/?offset=${offset}`, piece, { "Content-Type": "application/octet-stream" }));
    document.dispatchEvent(new CustomEvent("field:upload", { detail: { id, share: answer.done ? 1 : answer.offset / blob.size } }));
  }
  if (answer.sha256 && answer.sha256 !== about.sha256) throw new Offline();
  await keep(id, { isWhole: true });
  return null;
}
