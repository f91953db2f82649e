// The report that is signed: what waits on this phone is laid over it, and what was shown goes along when it is not the
// server's report any more.
import { complain } from "./field_command.js";
import { sha256 } from "./field_hash.js";
import { orderOnPage, redraw } from "./field_overlay.js";
import { open } from "./field_sheet.js";
import { operations, read } from "./field_store.js";

const ownWork = async (order) =>
  (await operations()).filter(({ operation, state }) => operation.subject === order.dataset.number && ["waiting", "done"].includes(state));

async function hashesOf({ files }) {
  const kept = await Promise.all(files.map((id) => read("files", id)));
  return kept.map((file) => file?.about?.sha256?.slice(0, 8)).filter(Boolean);
}

async function layAnswers(order, report) {
  for (const row of report.querySelectorAll("[data-report-step]")) {
    row.hidden = order.querySelector(`[data-step="${CSS.escape(row.dataset.reportStep)}"]`)?.hidden ?? false;
  }
  for (const entry of await ownWork(order)) {
    if (entry.operation.kind !== "orders/answer") continue;
    const row = report.querySelector(`[data-report-step="${CSS.escape(entry.operation.body.step)}"] [data-report-answer]`);
    if (row) row.textContent = [entry.local.shown, ...(await hashesOf(entry))].filter(Boolean).join(" · ");
  }
}

const lines = (report) =>
  [...report.querySelectorAll("dt, dd")].filter((each) => !each.closest("[hidden]")).map((each) => each.textContent.trim()).join("\n");

document.addEventListener("click", (event) => {
  const order = event.target.closest('[data-open="sign"]')?.closest("#order");
  const report = order?.querySelector("#sign [data-report]");
  if (report) void layAnswers(order, report).catch(() => {});
});

// The order has changed meanwhile: the report as it is now, to be signed once more.
document.addEventListener("field:queue", async ({ detail: { result } }) => {
  if (result?.outcome !== "refused" || result.field !== "report" || !orderOnPage() || !(await redraw())) return;
  const sheet = document.getElementById("sign");
  open(sheet);
  complain(sheet.querySelector("form"), result.reason);
});

// Before a signature is sent: the text that was shown, where something waits here that the server's report cannot have.
export async function tellShown(form, isUp) {
  const report = form.querySelector("[data-report]");
  const order = form.closest("#order");
  if (!report || !order || (isUp && !(await ownWork(order)).length)) return;
  const text = lines(report);
  form.querySelector("[data-report-text]").value = text;
  form.querySelector("[data-report-hash]").value = await sha256(new Blob([text]));
}
