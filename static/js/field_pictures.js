// <input type=file data-pictures="/where/"> inside form[data-command]: each photo is shrunk here, shown at once and sent
// by itself under its own UUID; the form holds their ids as `captures` and, with data-count of them, goes by itself.
import { addPlace, place } from "./field_place.js";
import { send, uuid } from "./field_send.js";

const LONG_EDGE = 1920; // pixels
const MOST_BYTES = 1_500_000;
const JUST_TAKEN_MS = 120_000; // an older file was picked from the gallery

async function shrunk(file) {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONG_EDGE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    const paint = canvas.getContext("2d");
    paint.fillStyle = "white";
    paint.fillRect(0, 0, canvas.width, canvas.height);
    paint.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    for (const quality of [0.85, 0.7, 0.5]) {
      const small = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
      if (small && small.size <= MOST_BYTES) return small;
    }
  } catch {
    // a kind of picture this browser cannot open: the server can
  }
  return file;
}

export async function pictureMessage(file, { kind, source, takenAt }) {
  const body = new FormData();
  body.set("id", uuid());
  body.set("kind", kind);
  body.set("source", source);
  body.set("taken_at", takenAt.toISOString());
  body.set("file", file, kind === "signature" ? "signature.png" : "photo.jpg");
  addPlace(body, await place({ waitMs: 3000, maxAgeMs: 120_000 }));
  return body;
}

// The sheet or form an input stands in; a sheet's form may stand elsewhere.
const around = (input) => input.closest("dialog, form");

function tile(file, input) {
  const figure = document.createElement("figure");
  figure.className = "field-tile sending";
  const image = Object.assign(document.createElement("img"), { src: URL.createObjectURL(file), alt: input.dataset.alt });
  const bar = Object.assign(document.createElement("progress"), { max: 1, value: 0, ariaLabel: input.dataset.sending });
  figure.append(image, bar);
  around(input).querySelector("[data-tiles]").append(figure);
  return { figure, bar };
}

async function add(file, input, line) {
  const { figure, bar } = tile(file, input);
  const source = Date.now() - file.lastModified < JUST_TAKEN_MS ? "camera" : "gallery";
  const body = await pictureMessage(await shrunk(file), { kind: "photo", source, takenAt: new Date(file.lastModified) });
  const attempt = async () => {
    line.hidden = true;
    figure.classList.add("sending");
    const reply = await send(input.dataset.pictures, body, (share) => (bar.value = share));
    figure.classList.remove("sending");
    if (reply.ok) return arrived(figure, input, reply.answer.id);
    line.textContent = reply.sentence;
    line.hidden = false;
    if (!reply.isLost) return figure.remove();
    const again = Object.assign(document.createElement("button"), { type: "button", textContent: input.dataset.again });
    again.className = "btn btn-warning";
    again.addEventListener("click", () => (again.remove(), attempt()));
    figure.append(again);
  };
  await attempt();
}

function arrived(figure, input, id) {
  const { form } = input;
  const capture = Object.assign(document.createElement("input"), { type: "hidden", name: "captures", value: id });
  if (form.id) capture.setAttribute("form", form.id);
  figure.append(capture);
  const waits = around(input).querySelector(".field-tile.sending, .field-tile > .btn");
  const count = [...form.elements].filter(({ name }) => name === "captures").length;
  if (!waits && count >= Number(input.dataset.count)) form.requestSubmit();
}

document.addEventListener("change", async ({ target: input }) => {
  if (!input.matches("[data-pictures]")) return;
  const files = [...input.files];
  input.value = ""; // the same photo may be chosen again
  const line = around(input).querySelector("[data-sentence]");
  const sent = (async () => {
    for (const file of files) await add(file, input, line);
  })();
  if (!input.dataset.count) input.form.prepare = () => sent; // who is quick waits for the photo
});
