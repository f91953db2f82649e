// [data-scanner]: live camera and a photo of the code. What is read goes into the input named by data-fills and its form
// is sent (with data-stays it is not), or the page goes to ?code=…. The reader (data-scanner, data-wasm) is loaded when it is first needed.
import { send } from "./field_send.js";
import { onPage } from "./on_page.js";

const EVERY_MS = 150;
let reader;

function loadReader({ scanner, wasm }) {
  reader ??= new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src: scanner, onload: resolve, onerror: reject });
    script.dataset.wasm = wasm;
    document.head.append(script);
  }).catch((error) => {
    reader = undefined;
    throw error;
  });
  return reader;
}

function bodyOf(file) {
  const body = new FormData();
  body.set("file", file);
  return body;
}

onPage("[data-scanner]", (scanner) => {
  const readHere = (file) => loadReader(scanner.dataset).then(() => globalThis.readCode(file)).catch(() => null); // the server tries too
  const view = scanner.querySelector("[data-viewfinder]");
  const video = scanner.querySelector("video");
  const line = scanner.querySelector("[data-scan-sentence]");
  const canvas = document.createElement("canvas");
  const say = (sentence) => {
    line.textContent = sentence ?? "";
    line.hidden = !sentence;
  };

  function stop() {
    video.srcObject?.getTracks().forEach((track) => track.stop());
    video.srcObject = null;
    view.hidden = true;
  }

  function found(code) {
    stop();
    navigator.vibrate?.(80);
    const form = scanner.closest("form");
    if (!scanner.dataset.fills) return location.assign(`?${new URLSearchParams({ code })}`);
    form.elements[scanner.dataset.fills].value = code;
    if (!("stays" in scanner.dataset)) form.requestSubmit();
  }

  async function look() {
    if (!scanner.isConnected) return stop();
    if (!video.srcObject) return;
    if (video.videoWidth) {
      canvas.width = video.videoWidth;
      canvas.height = video.videoHeight;
      const paint = canvas.getContext("2d", { willReadFrequently: true });
      paint.drawImage(video, 0, 0);
      const code = await globalThis.readCode(paint.getImageData(0, 0, canvas.width, canvas.height));
      if (code && video.srcObject) return found(code);
    }
    setTimeout(look, EVERY_MS);
  }

  scanner.querySelector("[data-scan-live]").addEventListener("click", async ({ currentTarget: button }) => {
    if (video.srcObject) return stop();
    say("");
    button.classList.add("btn-loading");
    try {
      const wanted = { video: { facingMode: "environment", width: { ideal: 1280 } } };
      const [stream] = await Promise.all([navigator.mediaDevices.getUserMedia(wanted), loadReader(scanner.dataset)]);
      video.srcObject = stream;
      view.hidden = false;
      await video.play();
      look();
    } catch {
      stop();
      say(scanner.dataset.noCamera);
    } finally {
      button.classList.remove("btn-loading");
    }
  });

  scanner.querySelector("[data-scan-photo]").addEventListener("change", async ({ target }) => {
    const [file] = target.files;
    if (!file) return;
    say("");
    const label = target.closest("label");
    label.classList.add("btn-loading");
    const own = await readHere(file);
    target.value = "";
    const { ok, answer, sentence } = own ? { ok: true, answer: { code: own } } : await send(scanner.dataset.codes, bodyOf(file));
    label.classList.remove("btn-loading");
    if (ok) found(answer.code);
    else say(sentence);
  });
});
