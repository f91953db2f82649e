// Dragging with mouse or pen: to a person and a time, in quarters of an hour, or back into the pool. What speaks against
// it is shown before the drop. Touch opens the dialog instead, so that a finger can scroll.
import { conflicts, listed, worst } from "./board_conflicts.js";
import { askReason } from "./board_dialog.js";
import { scale } from "./board_rows.js";
import { STEP, board, clock, find, isMovable, lengthOf, rowOf, say, state } from "./board_state.js";
import { check, held, send, tell } from "./board_talk.js";

const FAR = 5; // pixels the pointer goes before it is a drag
const SETTLED = 250; // ms of rest before the server is asked
const EDGE = 40;
const scroll = board.querySelector(".board-scroll");
const pool = board.querySelector(".board-pool");
let drag = null;
let justDragged = false;

held.isBusy = () => drag !== null;

board.addEventListener("pointerdown", (event) => {
  const button = event.target.closest("[data-order]");
  if (!button || event.button || event.pointerType === "touch") return;
  const { order, row } = find(button.dataset.order);
  if (!order) return;
  const box = button.getBoundingClientRect();
  drag = { order, row, button, x: event.clientX, y: event.clientY, grab: row ? (event.clientX - box.left) / scale.minute : 0 };
  document.addEventListener("pointermove", onMove);
  document.addEventListener("pointerup", onUp);
  document.addEventListener("pointercancel", finish);
  document.addEventListener("keydown", onKey, true);
});

// A click that ended a drag opens nothing.
board.addEventListener("click", (event) => {
  if (justDragged) event.stopImmediatePropagation();
  justDragged = false;
}, true);

function onMove(event) {
  if (!drag.ghost && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < FAR) return;
  if (!drag.ghost) begin();
  Object.assign(drag, { x: event.clientX, y: event.clientY });
  follow();
}

function begin() {
  drag.ghost = Object.assign(document.createElement("div"), { className: "board-ghost" });
  drag.told = Object.assign(document.createElement("div"), { className: "board-told" });
  document.body.append(drag.ghost, drag.told);
  document.body.classList.add("is-dragging");
  drag.button.classList.add("is-lifted");
  drag.timer = setInterval(nearEdge, 30);
}

function nearEdge() {
  const box = scroll.getBoundingClientRect();
  const by = (at, low, high) => (at < low + EDGE ? -12 : at > high - EDGE ? 12 : 0);
  if (drag.target?.isPool || drag.y < box.top || drag.y > box.bottom) return;
  scroll.scrollBy(by(drag.x, box.left + 180, box.right), by(drag.y, box.top, box.bottom));
}

function follow() {
  const under = document.elementFromPoint(drag.x, drag.y);
  const lane = under?.closest(".board-row")?.querySelector(".board-lane");
  const key = drag.target && `${drag.target.row?.id} ${drag.target.start}`;
  if (under && pool.contains(under)) drag.target = { isPool: true };
  else if (lane) {
    const left = lane.getBoundingClientRect().left;
    const minute = scale.first + (drag.x - left) / scale.minute - drag.grab;
    const start = Math.max(Math.round(minute / STEP) * STEP, scale.first);
    drag.target = { row: rowOf(Number(lane.parentElement.dataset.person)), start, lane };
  } else drag.target = null;
  if (drag.target?.row && `${drag.target.row.id} ${drag.target.start}` !== key) consider();
  paint();
}

// At once what the page knows, and after a moment of rest what the server knows.
function consider() {
  const { order, target } = drag;
  target.found = conflicts(order, target.row, target.start);
  clearTimeout(drag.settle);
  drag.found = target.found;
  drag.facts = "";
  drag.settle = setTimeout(async () => {
    const mine = drag;
    const { row, start } = target;
    const answer = await check(order.number, row.key, start).catch(() => null);
    if (!answer || drag !== mine || drag.target?.row !== row || drag.target.start !== start) return;
    drag.found = answer.conflicts;
    if (answer.way !== null) drag.facts = say("checked", { way: answer.way, added: answer.added });
    paint();
  }, SETTLED);
}

function paint() {
  const { ghost, told, target, order } = drag;
  const minutes = lengthOf(order);
  ghost.hidden = !target?.row;
  const level = target?.row ? worst(drag.found) : "";
  ghost.className = `board-ghost is-${level || "fine"}`;
  if (target?.row) {
    const box = target.lane.getBoundingClientRect();
    ghost.style.cssText = `left:${box.left + (target.start - scale.first) * scale.minute}px;top:${box.top}px;width:${minutes * scale.minute}px;height:${box.height}px`;
  }
  pool.classList.toggle("is-target", Boolean(target?.isPool && drag.row));
  told.hidden = !target || (target.isPool && !drag.row);
  told.replaceChildren();
  if (target?.isPool) told.textContent = state.words.to_pool;
  else if (target) {
    told.append(Object.assign(document.createElement("strong"), { textContent: `${target.row.name} ${clock(target.start)}–${clock(target.start + minutes)}` }));
    const list = Object.assign(document.createElement("ul"), { className: "list-unstyled mb-0" });
    list.append(...listed(drag.found), ...(drag.facts ? listed([{ level: "note", text: drag.facts }]) : []));
    told.append(list);
  }
  told.style.left = `${Math.min(drag.x + 16, innerWidth - told.offsetWidth - 8)}px`;
  told.style.top = `${Math.min(drag.y + 16, innerHeight - told.offsetHeight - 8)}px`;
}

function onKey(event) {
  if (event.key !== "Escape") return;
  event.preventDefault();
  finish();
}

function finish() {
  const ended = drag;
  drag = null;
  document.removeEventListener("pointermove", onMove);
  document.removeEventListener("pointerup", onUp);
  document.removeEventListener("pointercancel", finish);
  document.removeEventListener("keydown", onKey, true);
  document.body.classList.remove("is-dragging");
  pool.classList.remove("is-target");
  clearInterval(ended.timer);
  clearTimeout(ended.settle);
  ended.ghost?.remove();
  ended.told?.remove();
  ended.button.classList.remove("is-lifted");
  return ended;
}

function onUp() {
  const { order, row, target, found, ghost } = finish();
  if (!ghost) return; // a click
  justDragged = true;
  setTimeout(() => (justDragged = false));
  if (target?.isPool && row) drop(order, null, 0, []);
  else if (target?.row && (target.row !== row || target.start !== order.start)) drop(order, target.row, target.start, found);
}

async function drop(order, to, start, found) {
  const stop = found.find(({ level }) => level === "stop");
  if (stop || !isMovable(order)) return tell(stop?.text ?? say("under_way", { order: order.number, status: state.statuses[order.status] }), { isBad: true });
  const { row } = find(order.number);
  const names = { order: order.number, name: to?.name, start: clock(start), end: clock(start + lengthOf(order)) };
  const isOther = to !== row;
  const body = new FormData();
  body.set("version", order.version);
  if (isOther || ["warn", "clash"].includes(worst(found))) {
    const title = to ? say(isOther ? "assign" : "move", names) : say("return", names);
    const said = await askReason({ title, found, reasons: to ? (isOther ? "assign" : "") : "return" });
    if (!said) return;
    body.set("reason", said.reason);
    if (said.force) body.set("force", "1");
  }
  if (to) {
    body.set("engineer", to.key);
    body.set("minute", start);
  }
  try {
    await send(order.number, to ? "move" : "return", body, { to, start });
  } catch (refusal) {
    tell(refusal.message, { isBad: true });
  }
}
