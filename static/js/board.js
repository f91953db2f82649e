// The dispatch board: people as rows, hours as columns, orders as bars.
import { openOrder } from "./board_dialog.js";
import "./board_drag.js";
import { draw, drawNow, drawPool, fitWidth, scale, tabStop } from "./board_rows.js";
import { board, now } from "./board_state.js";
import { undo } from "./board_talk.js";

const scroll = board.querySelector(".board-scroll");

draw();
drawPool();
if (now() !== null) scroll.scrollLeft = (now() - scale.first - 90) * scale.minute;
addEventListener("resize", fitWidth);
setInterval(() => document.visibilityState === "visible" && drawNow(), 30000);

board.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-order]");
  if (button) openOrder(button.dataset.order);
});
for (const button of document.querySelectorAll("[data-board-undo]")) button.addEventListener("click", undo);
document.querySelector("[data-board-on]").addEventListener("change", ({ target }) => target.value && target.form.requestSubmit());
document.querySelector("#board-day [name=region]").addEventListener("change", ({ target }) => target.form.requestSubmit());

document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey) return;
  if (event.target.closest("input, select, textarea, dialog[open]")) return;
  event.preventDefault();
  undo();
});

// -- arrow keys: along a day, and to whoever works at that time in the rows above and below -----------------

const bars = (row) => [...row.querySelectorAll(".board-bar")];
const startOf = (bar) => Number(bar.style.getPropertyValue("--at"));

function nextRow(row, step) {
  const side = step > 0 ? "nextElementSibling" : "previousElementSibling";
  let other = row[side];
  while (other && !other.querySelector(".board-bar")) other = other[side];
  return other;
}

function neighbour(bar, key) {
  const row = bar.closest(".board-row");
  const all = bars(row);
  if (key === "ArrowRight") return all[all.indexOf(bar) + 1];
  if (key === "ArrowLeft") return all[all.indexOf(bar) - 1];
  if (key === "Home") return all[0];
  if (key === "End") return all.at(-1);
  const other = nextRow(row, key === "ArrowDown" ? 1 : -1);
  return other && bars(other).reduce((best, each) => (Math.abs(startOf(each) - startOf(bar)) < Math.abs(startOf(best) - startOf(bar)) ? each : best));
}

scroll.addEventListener("keydown", (event) => {
  if (!["ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown", "Home", "End"].includes(event.key)) return;
  const bar = event.target.closest(".board-bar");
  const next = bar ? neighbour(bar, event.key) : event.target === scroll && scroll.querySelector('.board-bar[tabindex="0"]');
  if (!next) return;
  event.preventDefault();
  tabStop(next);
  next.focus();
});
board.querySelector(".board-cards").addEventListener("keydown", (event) => {
  const side = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  const next = side && event.target.closest("li")?.[side]?.querySelector("button");
  if (!next) return;
  event.preventDefault();
  next.focus();
});
