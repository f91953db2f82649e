// form[data-draws="/where/"]: before the command goes, its drawing is sent as a PNG. One drawing has one id.
import { onPage } from "./on_page.js";
import { pictureMessage } from "./field_pictures.js";
import { send } from "./field_send.js";

onPage("form[data-draws]", (form) => {
  const input = form.querySelector("[data-drawn]");
  let sent = {};
  form.prepare = async () => {
    if (!input.value) throw input.dataset.missing;
    if (sent.drawing !== input.value) {
      const canvas = document.getElementById(input.dataset.drawn);
      const png = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
      sent = { drawing: input.value, body: await pictureMessage(png, { kind: "signature", source: "drawn", takenAt: new Date() }) };
    }
    if (!sent.isKept) {
      const reply = await send(form.dataset.draws, sent.body);
      if (!reply.ok) throw reply.sentence;
      sent.isKept = true;
      form.querySelector("[name=captures]")?.remove();
      form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "captures", value: reply.answer.id }));
    }
  };
});
