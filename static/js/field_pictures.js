// <input type=file data-pictures="kind"> of a form[data-command]: each is kept on this phone as soon as it is taken, also
// when the form never goes; form.prepare gives them to it. With data-count of them the form goes by itself.
import { capture, dropFile, keepFile } from "./field_capture.js";
import { onPage } from "./on_page.js";
import { readAll } from "./field_store.js";

const JUST_TAKEN_MS = 120_000; // an older file was picked from the gallery
const MOST = { video: { seconds: 60, bytes: 30e6 }, audio: { seconds: 300, bytes: 10e6 } };

// The sheet or form an input stands in; a sheet's form may stand elsewhere.
const around = (input) => input.closest("dialog, form");
const ownerOf = ({ form }) => [new URL(form.action).pathname, form.elements.step?.value].filter(Boolean).join(" ");

function tile(blob, input) {
  const figure = Object.assign(document.createElement("figure"), { className: "field-tile sending" });
  const kind = blob.type.startsWith("image") ? "img" : blob.type.startsWith("audio") ? "audio" : "video";
  const picture = Object.assign(document.createElement(kind), { src: URL.createObjectURL(blob) });
  if (kind === "img") picture.alt = input.dataset.alt;
  else picture.controls = true;
  const bar = Object.assign(document.createElement("progress"), { ariaLabel: input.dataset.sending });
  figure.append(picture, bar);
  around(input).querySelector("[data-tiles]").append(figure);
  return figure;
}

function settled(figure, input, file) {
  figure.classList.remove("sending");
  figure.dataset.file = file.id;
  const remove = Object.assign(document.createElement("button"), { type: "button", className: "btn field-remove", textContent: "×", ariaLabel: input.dataset.remove });
  remove.addEventListener("click", async () => {
    input.form.taken = input.form.taken.filter(({ id }) => id !== file.id);
    figure.remove();
    await dropFile(file.id);
  });
  figure.append(remove);
  (input.form.taken ??= []).push(file);
}

const goIfEnough = (input) => {
  const { form } = input;
  const isTaking = around(input).querySelector(".field-tile.sending");
  if (!isTaking && Number(input.dataset.count) && form.taken?.length >= Number(input.dataset.count)) form.requestSubmit();
};

// A file that is chosen was taken by another app: just now, as far as its date says, or some time ago.
function originOf(file, input) {
  if (Date.now() - file.lastModified >= JUST_TAKEN_MS) return "gallery";
  return "live" in input.dataset ? "unknown" : "camera";
}

function complain(input, sentence) {
  const line = around(input).querySelector("[data-sentence]");
  line.textContent = sentence;
  line.hidden = !sentence;
}

async function isTooLarge(file, kind) {
  const most = MOST[kind];
  if (!most) return false;
  if (file.size > most.bytes) return true;
  const player = Object.assign(document.createElement(kind), { preload: "metadata", src: URL.createObjectURL(file) });
  await new Promise((resolve) => {
    player.onloadedmetadata = player.onerror = resolve;
    setTimeout(resolve, 3000);
  });
  URL.revokeObjectURL(player.src);
  return Number.isFinite(player.duration) && player.duration > most.seconds;
}

async function add({ file: original, source }, input) {
  complain(input, "");
  const kind = input.dataset.pictures;
  if (await isTooLarge(original, kind)) return complain(input, input.dataset.tooLarge);
  const figure = tile(original, input);
  try {
    const takenAt = new Date(original.lastModified ?? Date.now());
    const { challenge } = input.dataset; // shown while it is taken
    const file = await capture(original, { kind, source, takenAt, challenge, owner: ownerOf(input) });
    await keepFile(file);
    settled(figure, input, file);
  } catch (error) {
    figure.remove();
    complain(input, document.getElementById("said").dataset.notKept);
    console.warn(error);
  }
}

onPage("[data-pictures]", (input) => {
  const { form } = input;
  let work = Promise.resolve();
  const before = form.prepare; // of another kind
  form.prepare = async () => {
    await before?.();
    await work; // who is quick waits for the photo
    const again = (form.keptFiles ?? []).map((id) => ({ id }));
    return [...again, ...(form.taken ?? [])];
  };
  // what was taken before the app was closed
  work = readAll("files").then((files) => {
    for (const file of files) if (!file.operation && file.owner === ownerOf(input) && file.about.kind === input.dataset.pictures) settled(tile(file.blob, input), input, file);
  }).catch(() => {});
  const take = (pictures) => {
    work = work.then(async () => {
      for (const picture of pictures) await add(picture, input);
    });
    work.then(() => goIfEnough(input));
  };
  input.addEventListener("change", () => {
    const files = [...input.files];
    input.value = ""; // the same photo may be chosen again
    take(files.map((file) => ({ file, source: originOf(file, input) })));
  });
  input.addEventListener("field:taken", ({ detail }) => take([detail]));
});
