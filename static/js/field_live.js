// <input type=file data-live>: taken here and now. A tap opens the camera in the page, with the code that should be seen in the
// picture (data-challenge); where the page may not use the camera, the phone's own app takes it and the photo says so.
import { close, open } from "./field_sheet.js";

const sheet = () => document.getElementById("live-camera");
let stream, asker;

function stop() {
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
}

document.addEventListener("click", async (event) => {
  const input = event.target.closest("input[data-live]");
  if (!input || !navigator.mediaDevices?.getUserMedia || "failed" in input.dataset) return;
  event.preventDefault();
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1920 } } });
  } catch {
    input.dataset.failed = ""; // the next tap opens the phone's own camera
    const line = input.closest("form").querySelector("[data-sentence]");
    line.textContent = sheet().dataset.noCamera;
    line.hidden = false;
    return;
  }
  asker = input;
  sheet().querySelector("[data-code]").textContent = input.dataset.challenge ?? "";
  open(sheet());
  sheet().addEventListener("close", stop, { once: true });
  const video = sheet().querySelector("video");
  video.srcObject = stream;
  await video.play();
});

document.addEventListener("click", async ({ target }) => {
  if (!target.closest("[data-shoot]") || !stream) return;
  const video = sheet().querySelector("video");
  const canvas = Object.assign(document.createElement("canvas"), { width: video.videoWidth, height: video.videoHeight });
  canvas.getContext("2d").drawImage(video, 0, 0);
  const photo = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.92));
  navigator.vibrate?.(40);
  close(sheet());
  asker.dispatchEvent(new CustomEvent("field:taken", { detail: { file: photo, source: "camera" } }));
});
