// Pictures and voices that the server has, on today's orders: kept for when there is no connection, for each person apart,
// like the pages they stand on. <img data-kept=id> shows its own.
import { onPage } from "./on_page.js";
import { read, write } from "./field_store.js";

const MOST_BYTES = 40e6;
let isKeeping = false;

// files: {id: link} of all pages this phone keeps. What no page shows any more goes.
export async function keepMedia(files) {
  if (isKeeping) return;
  isKeeping = true;
  try {
    await write(["media"], async (media) => {
      for (const id of await media.getAllKeys()) if (!(id in files)) await media.delete(id);
    });
    for (const [id, url] of Object.entries(files)) if (!(await read("media", id))) await fetchOne(id, url);
  } finally {
    isKeeping = false;
  }
}

async function fetchOne(id, url) {
  const answer = await fetch(url, { redirect: "error" });
  const type = answer.headers.get("Content-Type");
  if (!answer.ok || !/^(image|audio|video)/.test(type)) return;
  const blob = new Blob([await answer.arrayBuffer()], { type });
  await write(["media"], async (media) => {
    await media.put({ id, blob, at: Date.now() });
    await makeRoom(media);
  });
}

// The oldest go first; that they were there is remembered, so that they are not fetched again and again.
async function makeRoom(media) {
  let left = MOST_BYTES;
  for (const { id, blob, at } of (await media.getAll()).sort((one, other) => other.at - one.at)) {
    left -= blob?.size ?? 0;
    if (blob && left < 0) await media.put({ id, at });
  }
}

async function show(element) {
  const { blob } = (await read("media", element.dataset.kept)) ?? {};
  if (!blob || element.src.startsWith("blob:")) return;
  element.src = URL.createObjectURL(blob);
  const link = element.closest("a");
  if (link) link.href = element.src;
}

onPage("[data-kept]", (element) => {
  const quietly = () => void show(element).catch(() => {});
  element.addEventListener("error", quietly);
  if (!element.naturalWidth) quietly();
});
