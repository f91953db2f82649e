// <canvas data-signature="id of a hidden input"> takes a signature; the input gets it as an SVG data URL.
// A button with data-signature-clear="id of the canvas" wipes it.
import SignaturePad from "signature_pad";
import { onPage } from "./on_page.js";

onPage("canvas[data-signature]", (canvas) => {
  const input = document.getElementById(canvas.dataset.signature);
  let pad;
  const begin = () => {
    pad = new SignaturePad(canvas, { penColor: "black", backgroundColor: "white" });
    pad.addEventListener("beginStroke", () => (input.value ||= "data:,")); // a page must not be replaced under the finger
    pad.addEventListener("endStroke", () => (input.value = pad.toDataURL("image/svg+xml")));
  };
  const fit = () => {
    if (!pad) begin(); // not before it is to be seen: most pages are left without a signature
    const strokes = pad.toData();
    const scale = Math.max(devicePixelRatio, 1);
    canvas.width = canvas.offsetWidth * scale;
    canvas.height = canvas.offsetHeight * scale;
    canvas.getContext("2d").scale(scale, scale);
    pad.fromData(strokes);
  };
  document.querySelector(`[data-signature-clear="${canvas.id}"]`)?.addEventListener("click", () => {
    pad?.clear();
    input.value = "";
  });
  new ResizeObserver(fit).observe(canvas);
});
