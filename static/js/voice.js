// [data-voice]: where the browser can record, a button takes the place of its file input: a tap begins, a tap ends.
import { beforeSend } from "./before_send.js";
import { onPage } from "./on_page.js";

const KINDS = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];
const BITS_PER_SECOND = 32_000; // a minute is about 240 kB

const make = (name, properties) => Object.assign(document.createElement(name), properties);
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

onPage("[data-voice]", (box) => {
  const kind = globalThis.MediaRecorder && navigator.mediaDevices && KINDS.find((each) => MediaRecorder.isTypeSupported(each));
  if (!kind) return;
  const input = box.querySelector("input");
  const hint = box.querySelector("[data-voice-said]");
  const words = box.dataset;
  const button = box.querySelector("[data-record]");
  const label = button.querySelector("span");
  const start = label.textContent;
  const sound = make("audio", { controls: true, hidden: true, className: "w-100 mt-2" });
  const remove = make("button", { type: "button", className: "btn btn-ghost-secondary w-100", textContent: words.remove, hidden: true });
  let recorder, ticks;
  sound.setAttribute("aria-label", box.querySelector("label").textContent);
  const isChosen = (yes) => {
    for (const part of [input, box.querySelector("label")]) part.classList.toggle("d-none", !yes);
    button.hidden = yes;
  };
  isChosen(false);
  button.after(sound, remove);

  function keep(file) {
    const files = new DataTransfer();
    if (file) files.items.add(file);
    input.files = files.files;
    URL.revokeObjectURL(sound.src);
    if (file) sound.src = URL.createObjectURL(file);
    else sound.removeAttribute("src");
    sound.hidden = remove.hidden = !file;
  }

  function end() {
    clearInterval(ticks);
    if (recorder.state === "recording") recorder.stop();
  }

  async function record() {
    let microphone;
    button.disabled = true; // until the person has said yes or no
    try {
      microphone = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch {
      hint.textContent = words.noMicrophone;
      return isChosen(true);
    } finally {
      button.disabled = false;
    }
    keep(null);
    const pieces = [];
    let seconds = 0;
    recorder = new MediaRecorder(microphone, { mimeType: kind, audioBitsPerSecond: BITS_PER_SECOND });
    recorder.ondataavailable = ({ data }) => pieces.push(data);
    recorder.onstop = () => {
      microphone.getTracks().forEach((track) => track.stop());
      const type = kind.split(";")[0];
      keep(new File(pieces, `voice.${type.split("/")[1]}`, { type }));
      recorder = null;
      label.textContent = start;
      button.classList.remove("btn-danger");
      box.dispatchEvent(new Event("recorded"));
    };
    recorder.start();
    button.classList.add("btn-danger");
    label.textContent = `${words.stop} · ${clock(0)}`;
    ticks = setInterval(() => {
      label.textContent = `${words.stop} · ${clock(++seconds)}`;
      if (seconds < Number(words.mostSeconds)) return;
      hint.textContent = words.full;
      end();
    }, 1000);
  }

  button.addEventListener("click", () => (recorder ? end() : record()));
  remove.addEventListener("click", () => {
    keep(null);
    button.focus();
  });
  beforeSend(input.form, () => {
    if (!recorder) return;
    const recorded = new Promise((done) => box.addEventListener("recorded", done, { once: true }));
    end();
    return recorded;
  });
});
