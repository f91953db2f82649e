// form[data-draws]: its drawing goes along as a PNG.
import { capture } from "./field_capture.js";
import { tellShown } from "./field_report.js";
import { connection } from "./field_sync.js";
import { onPage } from "./on_page.js";

onPage("form[data-draws]", (form) => {
  const input = form.querySelector("[data-drawn]");
  form.prepare = async () => {
    if (!input.value) throw input.dataset.missing;
    const canvas = document.getElementById(input.dataset.drawn);
    const png = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
    await tellShown(form, connection.isUp);
    return [await capture(png, { kind: "signature", source: "drawn" })];
  };
});
