// <button data-record hidden>: records the voice into the input of its form; a second tap, or five minutes, ends it.
import { onPage } from "./on_page.js";

const MOST_MS = 5 * 60_000;
const KINDS = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];

onPage("button[data-record]", (button) => {
  if (!globalThis.MediaRecorder || !navigator.mediaDevices?.getUserMedia) return;
  button.hidden = false;
  const label = button.querySelector("span");
  const asked = label.textContent;
  let recorder;
  button.addEventListener("click", async () => {
    if (recorder?.state === "recording") return recorder.stop();
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch {
      return void (button.hidden = true); // a recording can still be chosen
    }
    recorder = new MediaRecorder(stream, { mimeType: KINDS.find((kind) => MediaRecorder.isTypeSupported(kind)), audioBitsPerSecond: 32_000 });
    const pieces = [];
    recorder.addEventListener("dataavailable", ({ data }) => pieces.push(data));
    recorder.addEventListener("stop", () => {
      stream.getTracks().forEach((track) => track.stop());
      label.textContent = asked;
      const file = new Blob(pieces, { type: recorder.mimeType.split(";")[0] });
      button.form.querySelector('[data-pictures="audio"]').dispatchEvent(new CustomEvent("field:taken", { detail: { file, source: "camera" } }));
    });
    recorder.start();
    label.textContent = button.dataset.stop;
    setTimeout(() => recorder.state === "recording" && recorder.stop(), MOST_MS);
  });
});
