// <input type=file data-photos=5>: photos are made smaller before they are sent, shown, and can be taken out again.
import { beforeSend } from "./before_send.js";
import { onPage } from "./on_page.js";

const EDGE = 1920;
const PATIENCE_MS = 10_000; // then they are sent as they are

async function shrunk(file) {
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, EDGE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    if (!blob || blob.size >= file.size) return file;
    return new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
  } catch {
    return file; // not a picture this browser knows: the server looks at it
  }
}

onPage("input[data-photos]", (input) => {
  const box = input.parentElement;
  const list = box.querySelector("[data-photo-list]");
  const hint = box.querySelector(".form-hint");
  const most = Number(input.dataset.photos);
  const asFirstSaid = hint.textContent;
  let photos = [];
  let work = Promise.resolve();
  input.classList.add("visually-hidden");
  hint.setAttribute("aria-live", "polite");

  function hold() {
    const files = new DataTransfer();
    for (const { file } of photos) files.items.add(file);
    input.files = files.files;
  }

  function show() {
    list.hidden = photos.length === 0;
    list.replaceChildren(...photos.map((photo) => {
      const picture = Object.assign(new Image(), { src: photo.url, alt: photo.file.name });
      const button = Object.assign(document.createElement("button"), { type: "button", className: "photo-remove", textContent: "×" });
      button.setAttribute("aria-label", input.dataset.remove.replace("%s", photo.file.name));
      button.addEventListener("click", () => {
        URL.revokeObjectURL(photo.url);
        photos = photos.filter((other) => other !== photo);
        hold();
        show();
        input.focus();
      });
      const item = document.createElement("li");
      item.append(picture, button);
      return item;
    }));
  }

  input.addEventListener("change", () => {
    const chosen = [...input.files].map((file) => ({ file, url: URL.createObjectURL(file) }));
    hint.textContent = photos.length + chosen.length > most ? input.dataset.tooMany : asFirstSaid;
    const added = chosen.slice(0, most - photos.length);
    photos.push(...added);
    hold();
    show();
    work = work.then(async () => {
      for (const photo of added) {
        photo.file = await shrunk(photo.file);
        hold();
      }
    });
  });
  beforeSend(input.form, () => Promise.race([work, new Promise((done) => setTimeout(done, PATIENCE_MS))]));
});
